import { type Addresses, completeTrace, requestFlow } from '../stack/first-trace.ts';
import { claim, eventually } from './check.ts';

const SERVICES = ['gateway', 'order', 'payment', 'user'];

/** One full flow, and its trace read back: four services, one root, every parent there. */
export async function checkFlow(addresses: Addresses): Promise<void> {
  const traceId = await eventually(() => requestFlow(addresses), 15_000);
  claim('a full flow is answered and names its trace', traceId !== undefined, traceId);
  const { trace } = await completeTrace(traceId ?? '', addresses.queryUrl, { limitMs: 20_000, services: SERVICES });
  const services = [...new Set(trace?.nodes.map(({ span }) => span.service))].sort();
  claim('its trace comes back through the query API', trace !== undefined, `${trace?.nodes.length ?? 0} spans`);
  claim(
    'it has spans of four services',
    SERVICES.every(name => services.includes(name)),
    services.join(', '),
  );
  const orphans = trace?.nodes.filter(({ isOrphan }) => isOrphan).length ?? 0;
  claim('it has one root and no orphan', trace?.roots.length === 1 && orphans === 0);
}
