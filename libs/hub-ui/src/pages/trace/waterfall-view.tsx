import type { TraceFacts } from '../../model/trace-facts.ts';
import { useKeys } from '../../state/use-keys.ts';
import { useParameter } from '../../url/page-location.ts';
import { Minimap } from './minimap.tsx';
import { useWaterfall } from './use-waterfall.ts';
import { waterfallKeys } from './waterfall-keys.ts';
import { WaterfallRows } from './waterfall-rows.tsx';
import { WaterfallTools } from './waterfall-tools.tsx';

/** Spans as bars over time, one line each. */
export function WaterfallView({ facts }: { readonly facts: TraceFacts }) {
  const waterfall = useWaterfall(facts);
  const hasPath = useParameter('path') !== '0';
  useKeys(waterfallKeys(waterfall, hasPath));
  return (
    <>
      <WaterfallTools facts={facts} waterfall={waterfall} hasPath={hasPath} />
      <Minimap trace={facts.trace} view={waterfall.view} />
      <WaterfallRows facts={facts} waterfall={waterfall} hasPath={hasPath} />
    </>
  );
}
