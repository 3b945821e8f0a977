import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Child } from './child-process.ts';
import { OtlpReceiver } from './otlp-receiver.ts';

const secrets = {
  card: '4111 1111 1111 1111',
  cardNumber: '5500000000000004',
  password: 'correct-horse-battery',
  mail: 'john.doe@example.com',
  token: 'tok_9f8e7d6c5b4a',
};
const headers = {
  'content-type': 'application/json',
  authorization: 'Bearer s3cr3t-bearer-credential',
  cookie: 'session=s3cr3t-session-cookie',
};
const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U';
const sought = [...Object.values(secrets), 's3cr3t', jwt, '4111-1111', 'john.doe%40example.com'];

let backend: OtlpReceiver;
let everything: Readonly<Record<'exported' | 'logged' | 'measured', string>>;

beforeAll(async () => {
  backend = await new OtlpReceiver().listen();
  const child = new Child('private-app.ts', { env: { OTEL_EXPORTER_OTLP_ENDPOINT: backend.baseUrl } });
  const [url] = await child.printed(/http:\S+/);
  const post = (path: string) => fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(secrets) });
  await post(`/careless?password=${secrets.password}&mail=john.doe%40example.com&jwt=${jwt}`);
  await post('/failing');
  await fetch(`${url}/users/${secrets.mail}`, { headers });
  await fetch(`${url}/nowhere/${secrets.mail}?token=${secrets.token}`, { headers });
  const measured = await (await fetch(`${url}/metrics`)).text();
  child.kill('SIGTERM');
  const { stdout, stderr } = await child.ended();
  everything = { exported: backend.text, logged: stdout + stderr, measured };
}, 20_000);

afterAll(() => backend.close());

test('the routes were really traced, logged and measured', () => {
  expect(backend.spans.filter(({ kind }) => kind === 2).map(({ name }) => name)).toEqual(
    expect.arrayContaining(['POST /careless', 'POST /failing', 'GET /users/:mail', 'GET']),
  );
  expect(everything.logged).toMatch(/received .*"trace_id":"[0-9a-f]{32}"|"trace_id":"[0-9a-f]{32}".*received/);
  expect(everything.measured).toContain('things_seen_total');
  expect(everything.exported).toContain('[redacted]');
});

test.each(['exported', 'logged', 'measured'] as const)('no secret is in what was %s', where => {
  expect(sought.filter(secret => everything[where].includes(secret))).toEqual([]);
});
