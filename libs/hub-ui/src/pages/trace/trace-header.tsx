import { useState } from 'react';
import { ageText, momentText, utcText } from '../../model/clock-text.ts';
import { durationText, plural } from '../../model/duration-text.ts';
import type { TraceFacts } from '../../model/trace-facts.ts';
import { comparePicks, useComparePicks } from '../../state/compare-picks.ts';
import { pageLocation } from '../../url/page-location.ts';
import { useFindings } from './use-findings.ts';
import { saveTrace } from './save-trace.ts';
import { TraceWarnings } from './trace-warnings.tsx';

const VIEWS = [
  { id: '', label: 'Waterfall' },
  { id: 'flame', label: 'Flame' },
  { id: 'table', label: 'Table' },
  { id: 'stats', label: 'Statistics' },
] as const;

interface TraceHeaderProps {
  readonly facts: TraceFacts;
  readonly view: string;
}

/** What the trace is, in one line, and the ways to look at it. */
export function TraceHeader({ facts, view }: TraceHeaderProps) {
  const [isWarned, setWarned] = useState(false);
  const { trace, title, services, errorCount, startMs } = facts;
  const findings = useFindings(facts);
  const nowMs = Date.now();
  return (
    <>
      <div className="trace-header">
        <h1 title={title}>{title}</h1>
        <strong>{durationText(trace.durationNs)}</strong>
        <span>{plural(trace.nodes.length, 'span')}</span>
        <span>{plural(services.length, 'service')}</span>
        <span className={errorCount > 0 ? 'is-error' : 'is-dim'}>{plural(errorCount, 'error')}</span>
        <time dateTime={utcText(startMs)} title={`${utcText(startMs)}, ${ageText(startMs, nowMs)}`}>
          {momentText(startMs, nowMs)}
        </time>
        {findings.length > 0 && (
          <button
            type="button"
            className="quiet is-warning"
            aria-expanded={isWarned}
            onClick={() => {
              setWarned(!isWarned);
            }}
          >
            {plural(findings.length, 'warning')}
          </button>
        )}
        <TraceViews view={view} />
        <TraceActions facts={facts} />
      </div>
      {isWarned && <TraceWarnings findings={findings} />}
    </>
  );
}

function TraceViews({ view }: { readonly view: string }) {
  return (
    <span className="views" role="group" aria-label="View">
      {VIEWS.map(({ id, label }) => (
        <button
          key={id}
          type="button"
          className="quiet"
          aria-pressed={id === view}
          onClick={() => {
            pageLocation.change({ view: id }, { isStep: true });
          }}
        >
          {label}
        </button>
      ))}
    </span>
  );
}

function TraceActions({ facts: { trace } }: { readonly facts: TraceFacts }) {
  const isPicked = useComparePicks().includes(trace.traceId);
  return (
    <span className="actions">
      <button
        type="button"
        className="quiet"
        aria-pressed={isPicked}
        title="Pick this trace for a comparison"
        onClick={() => {
          comparePicks.toggle(trace.traceId);
        }}
      >
        Compare
      </button>
      <button
        type="button"
        className="quiet"
        title="Save the trace as OTLP JSON"
        onClick={() => {
          saveTrace(trace);
        }}
      >
        Save
      </button>
    </span>
  );
}
