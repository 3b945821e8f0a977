import type { Finding } from '@tracelab/trace-model';
import { findingWords } from '../../model/trace-facts.ts';
import { pageLocation } from '../../url/page-location.ts';

const MAX_SHOWN = 50;

/** What is wrong with the telemetry itself, each with its remedy and its span. */
export function TraceWarnings({ findings }: { readonly findings: readonly Finding[] }) {
  return (
    <ul className="warnings">
      {findings.slice(0, MAX_SHOWN).map(finding => {
        const { title, detail, remedy } = findingWords(finding);
        return (
          <li key={`${finding.fault} ${finding.spanId}`}>
            <button
              type="button"
              className="as-link"
              onClick={() => {
                pageLocation.change({ span: finding.spanId, at: null }, { isStep: true });
              }}
            >
              {detail}
            </button>
            <span>
              {title}. {remedy}
            </span>
          </li>
        );
      })}
      {findings.length > MAX_SHOWN && <li>and {findings.length - MAX_SHOWN} more</li>}
    </ul>
  );
}
