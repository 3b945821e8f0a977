import { diagnoseNode, type Finding, selfTimeNs, type Span, type SpanNode } from '@tracelab/trace-model';
import { useState } from 'react';
import { curlText } from '../../model/curl-text.ts';
import { durationText, percentText } from '../../model/duration-text.ts';
import { durationOf } from '../../model/span-groups.ts';
import { findingWords, type TraceFacts } from '../../model/trace-facts.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { ServiceMark } from '../../parts/service-mark.tsx';
import { pageLocation } from '../../url/page-location.ts';
import { AttributeList } from './attribute-list.tsx';
import { EventList } from './event-list.tsx';
import { LinkList } from './link-list.tsx';
import { spanJson } from './span-json.ts';

interface SpanDetailProps {
  readonly facts: TraceFacts;
  readonly node: SpanNode;
}

/** All that a span says, beside the picture. */
export function SpanDetail({ facts, node }: SpanDetailProps) {
  const [text, setText] = useState('');
  const { span } = node;
  const curl = curlText(span);
  return (
    <aside className="span-detail" aria-label="Span">
      <SpanTitle facts={facts} node={node} />
      {span.status.message !== '' && <p className="status-message">{span.status.message}</p>}
      {diagnoseNode(node, facts.trace).map(finding => (
        <SpanFinding key={finding.fault} finding={finding} />
      ))}
      <div className="detail-tools">
        <input
          type="text"
          aria-label="Filter attributes"
          placeholder="filter attributes"
          value={text}
          onChange={event => {
            setText(event.target.value);
          }}
        />
        <CopyButton label="Copy JSON" text={() => spanJson(span)} />
        {curl !== undefined && <CopyButton label="Copy curl" text={() => curl} />}
      </div>
      <div className="detail-body" tabIndex={0} role="region" aria-label="What the span says">
        <AttributeList title="Attributes" attributes={span.attributes} text={text} />
        <EventList node={node} />
        <LinkList span={span} />
        <AttributeList title="Resource" attributes={span.resource.attributes} text={text} />
        <SpanOrigin span={span} />
      </div>
    </aside>
  );
}

function SpanTitle({ facts: { trace, pathNs }, node }: SpanDetailProps) {
  const durationNs = durationOf(node);
  const share = trace.durationNs === 0 ? 1 : durationNs / trace.durationNs;
  const onPathNs = pathNs.get(node) ?? 0;
  return (
    <header>
      <h2>{node.span.name}</h2>
      <button
        type="button"
        className="quiet"
        aria-label="Close"
        onClick={() => {
          pageLocation.change({ span: null, at: node.span.spanId });
        }}
      >
        ×
      </button>
      <p>
        <ServiceMark service={node.span.service} />
        <span>{durationText(durationNs)}</span>
        <span>{percentText(share)} of the trace</span>
        {node.span.status.code === 'error' && <span className="is-error">error</span>}
      </p>
      <p>
        <span>self {durationText(selfTimeNs(node))}</span>
        <span>{onPathNs === 0 ? 'not on the critical path' : `critical path ${durationText(onPathNs)}`}</span>
        <span>starts at {durationText(node.startNs)}</span>
      </p>
    </header>
  );
}

function SpanFinding({ finding }: { readonly finding: Finding }) {
  const { title, remedy, detail } = findingWords(finding);
  return (
    <p className="finding">
      <strong>{title}</strong>: {detail}. {remedy}
    </p>
  );
}

function SpanOrigin({ span }: { readonly span: Span }) {
  const rows = [
    ['span', span.spanId],
    ['parent', span.parentSpanId],
    ['kind', span.kind],
    ['scope', `${span.scope.name} ${span.scope.version}`.trim()],
    ['trace state', span.traceState],
  ];
  return (
    <section>
      <h3>Origin</h3>
      <dl>
        {rows.map(([key, value]) =>
          value === '' ? null : (
            <div key={key}>
              <dt>{key}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
    </section>
  );
}
