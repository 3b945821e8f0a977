import { expect, test, jest } from '@jest/globals';
import { ask, Shop } from '@tracelab/test-stack';
import autocannon from 'autocannon';

// Processes start in these tests, on a machine that may be busy.
jest.setTimeout(60_000);

test('fifty at a time run the full flow, and nothing fails but what is set to fail', async () => {
  const shop = await Shop.start({ env: { FAIL_INVENTORY: '0.05', FAIL_PAYMENT: '0.1' } });
  const { errors, timeouts, statusCodeStats } = await autocannon({
    url: `${shop.gateway.url}/demo/full-flow/1`,
    connections: 50,
    duration: 3,
  });
  expect({ errors, timeouts }).toEqual({ errors: 0, timeouts: 0 });
  expect(Object.keys(statusCodeStats ?? {}).sort()).toEqual(['200', '402', '409']);
  expect((await ask(`${shop.gateway.url}/demo/full-flow/99`)).status).toBe(404);
  await shop.stop();
});
