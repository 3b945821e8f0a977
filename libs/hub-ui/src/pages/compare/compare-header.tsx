import { momentText, utcText } from '../../model/clock-text.ts';
import { durationText, plural } from '../../model/duration-text.ts';
import type { TraceFacts } from '../../model/trace-facts.ts';
import { pageLocation } from '../../url/page-location.ts';
import { Link } from '../../url/link.tsx';

interface CompareHeaderProps {
  readonly before: TraceFacts;
  readonly after: TraceFacts;
}

export function CompareHeader({ before, after }: CompareHeaderProps) {
  const longestNs = Math.max(1, before.trace.durationNs, after.trace.durationNs);
  return (
    <div className="compare-header">
      <h1>Compare</h1>
      <Side name="A" facts={before} longestNs={longestNs} />
      <Side name="B" facts={after} longestNs={longestNs} />
      <button
        type="button"
        className="quiet"
        onClick={() => {
          pageLocation.change({ a: after.trace.traceId, b: before.trace.traceId });
        }}
      >
        Swap
      </button>
    </div>
  );
}

interface SideProps {
  readonly name: 'A' | 'B';
  readonly facts: TraceFacts;
  readonly longestNs: number;
}

function Side({ name, facts, longestNs }: SideProps) {
  const { trace, title, startMs, errorCount } = facts;
  return (
    <p className={`side side-${name.toLowerCase()}`}>
      <strong>{name}</strong>
      <Link href={`/trace/${trace.traceId}`}>{title}</Link>
      <time dateTime={utcText(startMs)} title={utcText(startMs)}>
        {momentText(startMs, Date.now())}
      </time>
      <span>{plural(trace.nodes.length, 'span')}</span>
      <span className={errorCount > 0 ? 'is-error' : 'is-dim'}>{plural(errorCount, 'error')}</span>
      <span className="side-bar">
        <span style={{ width: `${(trace.durationNs / longestNs) * 100}%` }} />
      </span>
      <span className="number">{durationText(trace.durationNs)}</span>
    </p>
  );
}
