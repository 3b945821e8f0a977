import { diagnoseNode, type Finding } from '@tracelab/trace-model';
import { useEffect, useState } from 'react';
import type { TraceFacts } from '../../model/trace-facts.ts';

const NONE: readonly Finding[] = [];
const NODES_AT_A_TIME = 2000;

/** What is wrong with the trace's telemetry, worked out piece by piece while the page has nothing else to do. */
export function useFindings({ trace }: TraceFacts): readonly Finding[] {
  const [findings, setFindings] = useState(NONE);
  useEffect(() => {
    const { nodes } = trace;
    const found: Finding[] = [];
    let handle = 0;
    const lookFrom = (start: number) => {
      handle = requestIdleCallback(() => {
        for (const node of nodes.slice(start, start + NODES_AT_A_TIME)) {
          found.push(...diagnoseNode(node, trace));
        }
        if (start + NODES_AT_A_TIME < nodes.length) lookFrom(start + NODES_AT_A_TIME);
        else setFindings(found);
      });
    };
    lookFrom(0);
    return () => {
      cancelIdleCallback(handle);
    };
  }, [trace]);
  return findings;
}
