import { type SpanEvent, type SpanNode, textOf } from '@tracelab/trace-model';
import { durationText, plural } from '../../model/duration-text.ts';

/** What happened in the span, by how long after its start. */
export function EventList({ node: { span } }: { readonly node: SpanNode }) {
  if (span.events.length === 0) return null;
  return (
    <section>
      <h3>{plural(span.events.length, 'event')}</h3>
      <ol className="events">
        {span.events.map((event, at) => (
          <li key={at}>
            <span className="offset">+{durationText(Number(event.timeNs - span.startNs))}</span>
            <span className={event.name === 'exception' ? 'is-error' : ''}>{event.name}</span>
            <EventAttributes event={event} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function EventAttributes({ event }: { readonly event: SpanEvent }) {
  if (event.attributes.length === 0) return null;
  return (
    <dl>
      {event.attributes.map(({ key, value }) => (
        <div key={key}>
          <dt title={key}>{key}</dt>
          <dd>{key.endsWith('stacktrace') ? <pre tabIndex={0}>{textOf(value)}</pre> : textOf(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
