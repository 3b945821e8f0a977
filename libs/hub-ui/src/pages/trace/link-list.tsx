import { type Span, textOf } from '@tracelab/trace-model';
import { plural } from '../../model/duration-text.ts';
import { Link } from '../../url/link.tsx';

/** Spans of this or other traces that the span refers to. */
export function LinkList({ span }: { readonly span: Span }) {
  if (span.links.length === 0) return null;
  return (
    <section>
      <h3>{plural(span.links.length, 'link')}</h3>
      <ul className="links">
        {span.links.map(link => (
          <li key={`${link.traceId} ${link.spanId}`}>
            <Link href={`/trace/${link.traceId}?span=${link.spanId}`}>
              {link.traceId === span.traceId ? 'a span of this trace' : `trace ${link.traceId}`}
            </Link>
            {link.attributes.map(({ key, value }) => (
              <span key={key}>
                {key} {textOf(value)}
              </span>
            ))}
          </li>
        ))}
      </ul>
    </section>
  );
}
