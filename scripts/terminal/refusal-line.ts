import { attributeOf, textOf, type Trace } from '@tracelab/trace-model';

const REFUSALS: ReadonlyMap<string, string> = new Map([
  ['402', 'the card was declined'],
  ['409', 'something was out of stock'],
]);

/** Why the shop refused a flow, where it did so on purpose. */
export function refusalLine({ roots: [root] }: Trace): string | undefined {
  const status = root && attributeOf(root.span.attributes, 'http.response.status_code');
  const reason = status && REFUSALS.get(textOf(status));
  if (reason === undefined) return undefined;
  return `refused on purpose, ${reason}: about one flow in seven is; with FAIL_PAYMENT=0 FAIL_INVENTORY=0 none`;
}
