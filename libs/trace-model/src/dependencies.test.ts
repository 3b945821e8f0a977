import { expect, test } from '@jest/globals';

import { makeSpans, text } from '../test/make-spans.ts';
import { dependencyEdges, EdgeTable } from './dependencies.ts';
import { operationStatistics } from './red.ts';

const shop = makeSpans(
  { id: 'a', service: 'gateway', kind: 'server', at: [0, 1000] },
  { id: 'b', parent: 'a', service: 'gateway', kind: 'client', at: [10, 900] },
  { id: 'c', parent: 'b', service: 'order', kind: 'server', at: [20, 800], status: { code: 'error', message: '' } },
  {
    id: 'd',
    parent: 'c',
    service: 'order',
    kind: 'client',
    at: [30, 700],
    attributes: [text('db.system.name', 'postgresql'), text('db.namespace', 'orders')],
  },
  {
    id: 'e',
    parent: 'c',
    service: 'order',
    kind: 'producer',
    at: [40, 50],
    attributes: [text('messaging.destination.name', 'mails')],
  },
  {
    id: 'f',
    parent: 'elsewhere',
    service: 'mailer',
    kind: 'consumer',
    at: [60, 70],
    attributes: [text('messaging.destination.name', 'mails')],
  },
);

test('each span with its parent in the trace is a call; databases and destinations are peers', () => {
  const edges = dependencyEdges(shop).map(({ parent, child, kind, callCount, errorCount }) =>
    [parent, child, kind, callCount, errorCount].join(' '),
  );
  expect(edges).toEqual([
    'gateway gateway call 1 0',
    'gateway order call 1 1',
    'mails mailer messaging 1 0',
    'order mails messaging 1 0',
    'order order call 2 0',
    'order postgresql:orders database 1 0',
  ]);
});

test('edges of several traces add up, with their durations', () => {
  const table = new EdgeTable();
  for (const edge of [...dependencyEdges(shop), ...dependencyEdges(shop)]) table.merge(edge);
  const call = table.edges().find(({ child, kind }) => child === 'order' && kind === 'call');
  expect(call).toMatchObject({ parent: 'gateway', callCount: 2, errorCount: 2 });
  expect(call?.durations.quantileNs(0.95)).toBeCloseTo(780, -2);
});

test('rate, errors and durations are kept by service, operation and kind', () => {
  const rows = operationStatistics(
    makeSpans(
      { id: 'a', name: 'GET', kind: 'server', at: [0, 100] },
      { id: 'b', name: 'GET', kind: 'server', at: [0, 300], status: { code: 'error', message: '' } },
      { id: 'c', name: 'GET', kind: 'client', at: [0, 100] },
    ),
  );
  expect(rows.map(({ operation, kind, callCount, errorCount }) => [operation, kind, callCount, errorCount])).toEqual([
    ['GET', 'client', 1, 0],
    ['GET', 'server', 2, 1],
  ]);
});
