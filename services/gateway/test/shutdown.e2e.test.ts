import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ServiceProcess } from '@tracelab/test-stack';

const user = JSON.stringify({ id: 1, name: 'John Doe', email: 'john@example.com', status: 'active' });
let slowUsers: Server;
let askedUsers = 0;
let env: Record<string, string>;

// A user service that takes as long as the id says, in milliseconds.
beforeAll(async () => {
  slowUsers = createServer((asked, response) => {
    askedUsers++;
    const delayMs = Number(asked.url?.split('/').at(-1));
    setTimeout(() => response.setHeader('content-type', 'application/json').end(user), delayMs).unref();
  }).listen(0, '127.0.0.1');
  await once(slowUsers, 'listening');
  env = { USER_URL: `http://127.0.0.1:${(slowUsers.address() as AddressInfo).port}` };
});
afterAll(() => {
  slowUsers.closeAllConnections();
  slowUsers.close();
});

type Answer = { readonly status: number } | { readonly broken: string };

/**
 * One request down a kept-alive connection. What fails before a connection stands was never accepted, nor was what met a
 * connection that the server closed while it was idle, as a client that did not get its turn for long may find it.
 */
function ask(url: string, agent: Agent): Promise<Answer | 'not accepted'> {
  return new Promise(resolve => {
    const sent = request(url, { agent }, response => {
      response.resume().once('end', () => {
        resolve({ status: response.statusCode ?? 0 });
      });
    });
    sent.once('error', (error: NodeJS.ErrnoException) => {
      const isIdleClosed = sent.reusedSocket && error.code === 'ECONNRESET';
      resolve(isIdleClosed || error.code === 'ECONNREFUSED' ? 'not accepted' : { broken: error.message });
    });
    sent.end();
  });
}

async function askUntilRefused(url: string): Promise<Answer[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const answers: Answer[] = [];
  for (;;) {
    const answer = await ask(url, agent);
    if (answer === 'not accepted') break;
    answers.push(answer);
    if ('broken' in answer) break;
  }
  agent.destroy();
  return answers;
}

/** A request that takes `ms`, once the gateway has passed it on. */
async function askFor(url: string, ms: number): Promise<{ readonly answer: Promise<Response> }> {
  const answer = fetch(`${url}/users/${ms}`);
  await once(slowUsers, 'request');
  return { answer };
}

const start = (settings: Record<string, string> = {}) =>
  ServiceProcess.start({ service: 'gateway', env: { ...env, ...settings } });

describe('SIGTERM', () => {
  test('under load of 50 connections answers every accepted request, and exits with 0', async () => {
    const gateway = await start();
    askedUsers = 0;
    const load = Promise.all(
      Array.from({ length: 50 }, (_, i) => askUntilRefused(`${gateway.url}/users/${1 + (i % 9)}`)),
    );
    await sleep(700);
    const code = await gateway.stop();
    const answers = (await load).flat();
    expect(code).toBe(0);
    expect(answers.length).toBeGreaterThan(50);
    // What the gateway accepted, it passed on.
    expect(answers).toHaveLength(askedUsers);
    expect(answers.filter(answer => !('status' in answer && answer.status === 200))).toEqual([]);
  });

  test('lets a request that runs finish, and tells its client to use another connection', async () => {
    const gateway = await start();
    const slow = await askFor(gateway.url, 600);
    const stopped = gateway.stop();
    const response = await slow.answer;
    expect(response.status).toBe(200);
    expect(response.headers.get('connection')).toBe('close');
    expect(await stopped).toBe(0);
  });

  test('is told by /health/ready on a connection that is open', async () => {
    const gateway = await start();
    const agent = new Agent({ keepAlive: true });
    await ask(`${gateway.url}/health/ready`, agent);
    const slow = await askFor(gateway.url, 600);
    const stopped = gateway.stop();
    await sleep(60);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(`${gateway.url}/health/ready`, { agent }, resolve).once('error', reject);
    });
    expect(response.statusCode).toBe(503);
    expect(await json(response)).toMatchObject({ status: 'stopping', service: 'gateway' });
    await slow.answer;
    expect(await stopped).toBe(0);
    agent.destroy();
  });

  test('does not wait for a connection on which nobody asks for anything', async () => {
    const gateway = await start();
    const silent = connect(gateway.port, '127.0.0.1').on('error', () => undefined);
    await once(silent, 'connect');
    await sleep(50);
    const started = performance.now();
    expect(await gateway.stop()).toBe(0);
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(gateway.output).not.toContain('cutting off');
    silent.destroy();
  });

  test('cuts off what does not end within the limit, and says so with exit code 1', async () => {
    const gateway = await start({ SHUTDOWN_TIMEOUT_MS: '400' });
    const stuck = (await askFor(gateway.url, 4_000)).answer.catch(() => 'cut off');
    const started = performance.now();
    expect(await gateway.stop()).toBe(1);
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(await stuck).toBe('cut off');
    expect(gateway.output).toContain('cutting off requests that did not end in time');
  });

  test('a second one ends the process at once, as the signal would', async () => {
    const gateway = await start();
    (await askFor(gateway.url, 4_000)).answer.catch(() => undefined);
    const stopped = gateway.stop();
    await sleep(100);
    await gateway.stop();
    expect(await stopped).toBe(143);
  });
});

describe('a bad setting', () => {
  test('stops the service at start with every fault named and no value shown', async () => {
    const failed = start({ PORT: 'abc', LOG_LEVEL: 'hunter2', ORDER_URL: 'hunter3' });
    await expect(failed).rejects.toThrow(/ended with 1/);
    const message = await failed.catch((error: unknown) => String(error));
    for (const name of ['PORT', 'LOG_LEVEL', 'ORDER_URL']) expect(message).toContain(`  ${name}: `);
    expect(message).not.toMatch(/abc|hunter|\bat .*\.js/);
  });

  test('a missing one that is required is named too', async () => {
    const failed = ServiceProcess.start({ service: 'order', env: {} });
    await expect(failed).rejects.toThrow('DATABASE_URL: is required');
  });

  test('a taken port is named, with the setting that moves it', async () => {
    const first = await start();
    await expect(ServiceProcess.start({ service: 'gateway', env, port: first.port })).rejects.toThrow(
      `Port ${first.port} is taken: stop the process that uses it, or set PORT to another.`,
    );
    await first.stop();
  });
});
