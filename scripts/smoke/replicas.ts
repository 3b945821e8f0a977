import { setTimeout as sleep } from 'node:timers/promises';
import { type Addresses, requestFlow } from '../stack/first-trace.ts';
import { claim, eventually } from './check.ts';
import { checkFlow } from './flow-check.ts';
import type { Finished } from './run-command.ts';
import { SteadyLoad } from './steady-load.ts';

type Docker = (...args: readonly string[]) => Promise<Finished>;

const SCALED = ['user', 'order', 'payment'] as const;
const COMPOSE = ['compose', '-f', 'docker-compose.yml', '-f', 'docker-compose.scale.yml'];
const FLOWS = 48;
const AT_ONCE = 8;

/** The scale file's services over a running stack: two of each behind the gateway, all of them at work, and one killed under load. */
export async function checkReplicas(addresses: Addresses, docker: Docker): Promise<void> {
  const before = await instancesOf(addresses);
  const scaled = await docker(...COMPOSE, 'up', '-d', '--no-deps', '--wait', ...SCALED, 'gateway');
  claim('two of each service come up', scaled.status === 0, scaled.status === 0 ? '' : scaled.output.slice(-2_000));
  await checkFlow(addresses);
  // Which of two is asked is decided with each new connection.
  for (let flows = 0; flows < FLOWS; flows += AT_ONCE)
    await Promise.all(Array.from({ length: AT_ONCE }, () => requestFlow(addresses)));
  const areBothAtWork = async () => {
    const now = await instancesOf(addresses);
    const added = SCALED.map(name => [...(now.get(name) ?? [])].filter(id => before.get(name)?.has(id) !== true));
    return added.every(ids => ids.length === 2) || undefined;
  };
  claim('each of them makes spans', (await eventually(areBothAtWork, 10_000)) === true);
  await checkKill(addresses, docker);
}

async function checkKill({ gatewayUrl }: Addresses, docker: Docker): Promise<void> {
  const { output } = await docker(...COMPOSE, 'ps', '-q', 'order');
  const load = new SteadyLoad(gatewayUrl, ['/users/1', '/orders/101'], 20);
  load.start();
  await sleep(1_000);
  const killed = await docker('kill', output.trim().split('\n')[0] ?? '');
  await sleep(3_000);
  const seen = await load.stop();
  const failed = seen.filter(({ status }) => status !== 200);
  claim('one of two orders is killed under load', killed.status === 0, `${seen.length} requests`);
  claim(
    'no request fails but those that it was working on',
    failed.every(({ path, status }) => path === '/orders/101' && status === 503) && failed.length <= 2,
    JSON.stringify(failed),
  );
}

/** By service, the processes that the backend has spans of. */
async function instancesOf({ queryUrl }: Addresses): Promise<Map<string, Set<unknown>>> {
  const instances = new Map<string, Set<unknown>>();
  for (const service of SCALED) {
    const answer = await fetch(`${queryUrl}/api/traces?service=${service}&limit=200`);
    const { data } = (await answer.json()) as Answer;
    const processes = data
      .flatMap(trace => Object.values(trace.processes))
      .filter(each => each.serviceName === service);
    const ids = processes.map(({ tags }) => tags.find(({ key }) => key === 'service.instance.id')?.value);
    instances.set(service, new Set(ids));
  }
  return instances;
}

/** Of the query API's answer, what is read here. */
interface Answer {
  readonly data: readonly {
    readonly processes: Readonly<
      Record<
        string,
        { readonly serviceName: string; readonly tags: readonly { readonly key: string; readonly value: unknown }[] }
      >
    >;
  }[];
}
