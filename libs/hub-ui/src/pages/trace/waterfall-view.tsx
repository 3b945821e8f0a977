import type { TraceFacts } from '../../model/trace-facts.ts';
import { copyText } from '../../parts/copy-button.tsx';
import { useKeys } from '../../state/use-keys.ts';
import { pageLocation, useParameter } from '../../url/page-location.ts';
import { Minimap } from './minimap.tsx';
import { useWaterfall } from './use-waterfall.ts';
import { WaterfallTools } from './waterfall-tools.tsx';
import { WaterfallRows } from './waterfall-rows.tsx';

/** Spans as bars over time, one line each. */
export function WaterfallView({ facts }: { readonly facts: TraceFacts }) {
  const waterfall = useWaterfall(facts);
  const hasPath = useParameter('path') !== '0';
  const { rows, cursor, chosen, show, toggle, zoomTo } = waterfall;
  const index = rows.findIndex(({ id }) => id === cursor);
  const row = rows[index];

  const move = (step: number) => {
    const next = rows[Math.max(0, Math.min(index + step, rows.length - 1))];
    if (next === undefined) return;
    if (next.kind === 'fold') pageLocation.change({ at: next.id, span: null });
    else show(next.id, { isChosen: chosen !== '' });
  };
  const close = () => {
    if (row?.isOpen === true && (row.kind === 'fold' || row.hasChildren)) toggle(row.id);
    else if (row !== undefined) move(rows.slice(0, index).findLastIndex(({ depth }) => depth < row.depth) - index);
  };
  const open = () => {
    if (row?.isOpen === false) toggle(row.id);
    else move(1);
  };
  useKeys({
    j: () => {
      move(1);
    },
    k: () => {
      move(-1);
    },
    ArrowDown: () => {
      move(1);
    },
    ArrowUp: () => {
      move(-1);
    },
    ArrowLeft: close,
    ArrowRight: open,
    Enter: () => {
      if (row?.kind === 'fold') toggle(row.id);
      else if (row !== undefined) show(row.id, { isChosen: chosen === '' });
    },
    Escape: () => {
      pageLocation.change({ span: null, at: cursor });
    },
    c: () => void copyText(window.location.href),
    p: () => {
      pageLocation.change({ path: hasPath ? '0' : null });
    },
    z: () => {
      zoomTo(cursor);
    },
    '0': () => {
      pageLocation.change({ zoom: null });
    },
  });
  return (
    <>
      <WaterfallTools facts={facts} waterfall={waterfall} hasPath={hasPath} />
      <Minimap trace={facts.trace} view={waterfall.view} />
      <WaterfallRows facts={facts} waterfall={waterfall} hasPath={hasPath} />
    </>
  );
}
