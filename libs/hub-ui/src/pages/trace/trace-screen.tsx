import type { TraceFacts } from '../../model/trace-facts.ts';
import { useParameter } from '../../url/page-location.ts';
import { FlameGraph } from './flame-graph.tsx';
import { SpanDetail } from './span-detail.tsx';
import { SpanTable } from './span-table.tsx';
import { TraceHeader } from './trace-header.tsx';
import { TraceStatistics } from './trace-statistics.tsx';
import { WaterfallView } from './waterfall-view.tsx';

/** A trace in the view that the URL names, and beside it the chosen span. */
export function TraceScreen({ facts }: { readonly facts: TraceFacts }) {
  const view = useParameter('view');
  const node = facts.byId.get(useParameter('span'));
  return (
    <main className="trace-page">
      <TraceHeader facts={facts} view={view} />
      <div className={`trace-body${node === undefined ? '' : ' has-detail'}`}>
        <div className="trace-view">
          {view === 'flame' && <FlameGraph facts={facts} />}
          {view === 'table' && <SpanTable facts={facts} />}
          {view === 'stats' && <TraceStatistics facts={facts} />}
          {!['flame', 'table', 'stats'].includes(view) && <WaterfallView facts={facts} />}
        </div>
        {node !== undefined && <SpanDetail key={node.span.spanId} facts={facts} node={node} />}
      </div>
    </main>
  );
}
