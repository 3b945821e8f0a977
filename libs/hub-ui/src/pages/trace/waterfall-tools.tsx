import { useRef } from 'react';
import { durationText } from '../../model/duration-text.ts';
import type { TraceFacts } from '../../model/trace-facts.ts';
import { ServiceMark } from '../../parts/service-mark.tsx';
import { useKeys } from '../../state/use-keys.ts';
import { pageLocation } from '../../url/page-location.ts';
import type { Waterfall } from './use-waterfall.ts';

interface WaterfallToolsProps {
  readonly facts: TraceFacts;
  readonly waterfall: Waterfall;
  readonly hasPath: boolean;
}

const MAX_SERVICES = 12;

/** Who takes part, what to find, and whether to show what decided the duration. */
export function WaterfallTools({ facts, waterfall, hasPath }: WaterfallToolsProps) {
  const { services } = facts;
  const { isZoomed, view } = waterfall;
  return (
    <div className="waterfall-tools">
      <span className="services">
        {services.slice(0, MAX_SERVICES).map(service => (
          <ServiceMark key={service} service={service} />
        ))}
        {services.length > MAX_SERVICES && <span>and {services.length - MAX_SERVICES} more</span>}
      </span>
      {isZoomed && (
        <button
          type="button"
          className="quiet"
          onClick={() => {
            pageLocation.change({ zoom: null });
          }}
        >
          {durationText(view.fromNs)} – {durationText(view.toNs)}: show all
        </button>
      )}
      <FindBox waterfall={waterfall} />
      <label>
        <input
          type="checkbox"
          checked={hasPath}
          onChange={() => {
            pageLocation.change({ path: hasPath ? '0' : null });
          }}
        />
        critical path
      </label>
    </div>
  );
}

function FindBox({ waterfall: { find, matches, cursor, chosen, show } }: { readonly waterfall: Waterfall }) {
  const input = useRef<HTMLInputElement>(null);
  const at = matches.findIndex(({ span }) => span.spanId === cursor);
  const step = (by: number) => {
    const from = at < 0 && by < 0 ? 0 : at;
    const next = matches[(from + by + matches.length) % Math.max(1, matches.length)];
    if (next !== undefined) show(next.span.spanId, { isChosen: chosen !== '' });
  };
  useKeys({
    f: () => input.current?.focus(),
    n: () => {
      step(1);
    },
    N: () => {
      step(-1);
    },
  });
  return (
    <span className="find">
      <input
        ref={input}
        type="text"
        aria-label="Find in this trace"
        placeholder="find in this trace"
        value={find}
        onChange={event => {
          pageLocation.change({ find: event.target.value });
        }}
        onKeyDown={event => {
          if (event.key === 'Enter') step(event.shiftKey ? -1 : 1);
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
      <output aria-live="polite">{find === '' ? '' : `${at + 1} of ${matches.length}`}</output>
      <button
        type="button"
        className="quiet"
        aria-label="Previous match"
        disabled={matches.length === 0}
        onClick={() => {
          step(-1);
        }}
      >
        ↑
      </button>
      <button
        type="button"
        className="quiet"
        aria-label="Next match"
        disabled={matches.length === 0}
        onClick={() => {
          step(1);
        }}
      >
        ↓
      </button>
    </span>
  );
}
