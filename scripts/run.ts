// The whole system on this machine, in the foreground: Ctrl-C stops all of it. `--dev` restarts what a change concerns.
import { readFileSync } from 'node:fs';
import { PostgresNotPackaged } from '@tracelab/local-servers';
import { ConfigError } from '@tracelab/service-kit/config';
import { forgetCompiled } from './stack/compile-source.ts';
import { loadStackConfig } from './stack/config.ts';
import { DataFolderInUse } from './stack/data-folder-lock.ts';
import { DataFolderClosed, DataFolderUnusable } from './stack/data-folder.ts';
import { DevWatch } from './stack/dev-watch.ts';
import { completeTrace, requestFlow } from './stack/first-trace.ts';
import { Progress } from './stack/progress.ts';
import type { PartEvent } from './stack/revival.ts';
import { BUILT_CODE, SOURCE_CODE } from './stack/service-code.ts';
import { PortTaken, Stack } from './stack/stack.ts';
import { statusBlock } from './stack/status-block.ts';
import { duration } from './terminal/duration.ts';
import { parseSwitches, UsageError } from './terminal/flags.ts';
import { EXIT } from './terminal/run-command.ts';
import { refusalLine } from './terminal/refusal-line.ts';
import { Style } from './terminal/style.ts';
import { traceLines } from './terminal/trace-lines.ts';

const USAGE = `Usage: make run        the whole system on this machine, without Docker
       make run-dev    the same; a saved change is compiled and what it concerns restarted

Ports: GATEWAY_PORT, USER_PORT, ORDER_PORT, PAYMENT_PORT, PERF_TRACER_PORT, HUB_PORT, HUB_OTLP_PORT, POSTGRES_PORT.
TRACELAB_DATA says where data and logs are kept (.tracelab). POSTGRES_URL=postgres://user:password@host:port says which
Postgres to use in place of an own one, REDIS_URL which Redis, NO_REDIS=1 to use none.
Every other variable but PORT, SERVICE_NAME and DATABASE_URL, which each service gets its own of, reaches the services:
DEMO_SEED=42, DEMO_DELAY_SCALE=0, LOG_LEVEL=debug, TRACING_DETAIL=full.
`;

// What a person can mend, as its message says; of all else the stack tells where it comes from.
const EXPLAINED = [PortTaken, DataFolderClosed, DataFolderInUse, DataFolderUnusable, PostgresNotPackaged, ConfigError];

const style = new Style(process.stdout, process.env);
const say = (...lines: string[]) => process.stdout.write(`${lines.join('\n')}\n`);

function tell({ part, text, lastLines = [] }: PartEvent): void {
  say(`${style.amber(part)} ${text}`, ...lastLines.map(line => style.dim(`  ${line}`)));
}

async function run(isDev: boolean): Promise<void> {
  const startedAt = performance.now();
  if (isDev) forgetCompiled();
  const stack = new Stack(loadStackConfig(), tell, isDev ? SOURCE_CODE : BUILT_CODE);
  const watch = isDev ? new DevWatch(stack, tell) : undefined;
  const stopped = stopOnSignal(stack);
  const progress = new Progress(process.stderr, style);
  try {
    await stack.start(part => {
      progress.add(part.name);
    });
  } catch (error) {
    progress.clear();
    if (stopped.isStopping) return;
    await stack.stop();
    throw error;
  }
  progress.clear();
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const head = `tracelab ${version}   local, no Docker`;
  say(
    `${style.bold(head)}   ready in ${duration(performance.now() - startedAt)}`,
    '',
    ...statusBlock(stack.parts, style),
  );
  await showFirstTrace(stack).catch((error: unknown) => {
    say('', style.amber(`no first trace: ${(error as Error).message}`));
  });
  watch?.start();
  say('', style.dim('Ctrl-C stops everything'));
}

async function showFirstTrace(stack: Stack): Promise<void> {
  const traceId = await requestFlow({ gatewayUrl: stack.gatewayUrl, queryUrl: stack.hubUrl });
  const { trace, isWhole } = await completeTrace(traceId, stack.hubUrl);
  say('', `first trace    ${style.accent(`${stack.hubUrl}/trace/${traceId}`)}`, '');
  if (trace) {
    const refusal = refusalLine(trace);
    say(...traceLines(trace, style), ...(refusal === undefined ? [] : ['', `  ${style.amber(refusal)}`]));
  }
  if (!isWhole) say(style.amber('  it has not arrived whole within 15 s; see .tracelab/logs'));
}

function stopOnSignal(stack: Stack): { isStopping: boolean } {
  const state = { isStopping: false };
  const onSignal = (signal: NodeJS.Signals) => {
    if (state.isStopping) process.exit(signal === 'SIGINT' ? 130 : 143);
    state.isStopping = true;
    say('', style.dim('stopping'));
    void stack.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        say(String(error));
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('SIGHUP', onSignal);
  return state;
}

async function main(args: readonly string[]): Promise<void> {
  const switches = parseSwitches(['dev'], args);
  if (switches === undefined) say(USAGE);
  else await run(switches.dev);
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  const isUsage = error instanceof UsageError;
  const isExplained = isUsage || EXPLAINED.some(type => error instanceof type);
  process.stderr.write(`${isExplained ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`);
  process.exit(isUsage ? EXIT.usage : 1);
});
