import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isPortFree } from '@tracelab/local-servers';
import { PORT_SETTINGS, type StackConfig } from './config.ts';
import { DataFolderLock } from './data-folder-lock.ts';
import { makeDataFolder } from './data-folder.ts';
import { LogFile } from './log-file.ts';
import type { Part } from './part.ts';
import { portOwner } from './port-owner.ts';
import type { PartEvent } from './revival.ts';
import { RunningBackend } from './running-backend.ts';
import { CachePart, PostgresPart } from './server-parts.ts';
import { BUILT_CODE, type ServiceCode } from './service-code.ts';
import { ServicePart } from './service-part.ts';

/** A port is taken; the message names who has it and the setting that moves it. */
export class PortTaken extends Error {
  override readonly name = 'PortTaken';
  readonly code = 'PortTaken';
}

// A whole system shares this machine with an editor and a browser; each process keeps 35 MB less of start-up's garbage.
const SMALL_YOUNG_GENERATION = '--max-semi-space-size=2';

type ServiceName = 'gateway' | 'user' | 'order' | 'payment' | 'perf-tracer';

/** Somebody stopped the system while it started. */
export class StackStopped extends Error {
  override readonly name = 'StackStopped';
  readonly code = 'StackStopped';

  constructor() {
    super('The system was stopped while it started.');
  }
}

/** The whole system on this machine: what each part needs, in which order they start and stop. */
export class Stack {
  readonly config: StackConfig;
  readonly #postgres: PostgresPart;
  readonly #cache: CachePart;
  readonly #code: ServiceCode;
  readonly #onEvent: (event: PartEvent) => void;
  readonly #logs: LogFile[] = [];
  #lock: DataFolderLock | undefined;
  /** Settled when what the services need runs, or never will. */
  #foundations: readonly Promise<void>[] = [];
  #backend: Part | undefined;
  #services: ServicePart[] = [];
  #stopping: Promise<void> | undefined;

  constructor(config: StackConfig, onEvent: (event: PartEvent) => void, code = BUILT_CODE) {
    this.config = config;
    this.#code = code;
    this.#onEvent = onEvent;
    const watch = { onEvent, log: (name: string) => this.#log(name) };
    this.#postgres = new PostgresPart(config, watch);
    this.#cache = new CachePart(config, watch);
  }

  get gatewayUrl(): string {
    return `http://localhost:${this.config.ports.gateway}`;
  }

  get hubUrl(): string {
    return `http://localhost:${this.config.ports.hub}`;
  }

  /** In the order in which the status block lists them. */
  get parts(): readonly Part[] {
    return [...this.#services, ...(this.#backend ? [this.#backend] : []), this.#postgres, this.#cache];
  }

  /** What runs code of this workspace. */
  get services(): readonly ServicePart[] {
    return this.parts.filter(part => part instanceof ServicePart);
  }

  /** What others need first, and side by side what can be. `onReady` is told of each part. Rejects with StackStopped. */
  async start(onReady: (part: Part) => void): Promise<void> {
    // Before anything is kept in it, the lock too.
    makeDataFolder(this.config.dataFolder, { isForPostgres: this.config.postgresUrl === undefined });
    this.#lock = DataFolderLock.take(this.config.dataFolder);
    const running = await RunningBackend.find(this.config.ports.hub);
    await this.#refuseTakenPorts(running === undefined ? ['hub', 'otlp'] : []);
    const ready = async (part: Part) => {
      await part.start();
      onReady(part);
    };
    this.#refuseToGoOn();
    this.#backend = running ?? this.#hubPart();
    this.#foundations = [this.#postgres, this.#cache, this.#backend].map(ready);
    await Promise.all(this.#foundations);
    this.#refuseToGoOn();
    this.#services = this.#names().map(name => this.#servicePart(name));
    // A service that has been stopped while it started must not be left behind.
    await Promise.all(this.#services.map(ready));
  }

  /** In reverse: first those who ask, last those who are asked. Whoever calls this twice waits for the same end. */
  stop(): Promise<void> {
    return (this.#stopping ??= this.#stopAll());
  }

  #refuseToGoOn(): void {
    if (this.#stopping !== undefined) throw new StackStopped();
  }

  async #stopAll(): Promise<void> {
    // What is only on its way could not be stopped yet.
    await Promise.allSettled(this.#foundations);
    const [gateway, ...others] = this.#services;
    await gateway?.stop();
    await Promise.all(others.map(service => service.stop()));
    // The services have sent their last spans by now.
    await this.#backend?.stop();
    await Promise.all([this.#cache.stop(), this.#postgres.stop()]);
    for (const log of this.#logs) log.close();
    this.#lock?.release();
  }

  #names(): readonly ServiceName[] {
    const all: readonly ServiceName[] = ['gateway', 'user', 'order', 'payment', 'perf-tracer'];
    return all.filter(name => existsSync(`services/${name}/package.json`));
  }

  async #refuseTakenPorts(ofBackend: readonly ('hub' | 'otlp')[]): Promise<void> {
    const { ports } = this.config;
    const taken: string[] = [];
    for (const name of [...this.#names(), ...ofBackend]) {
      const port = ports[name];
      if (await isPortFree(port)) continue;
      const owner = await portOwner(port);
      const move = `set ${PORT_SETTINGS[name]} to another`;
      taken.push(`Port ${port} (${name}) is taken by ${owner ?? 'another program'}: stop it, or ${move}.`);
    }
    if (taken.length > 0) throw new PortTaken(taken.join('\n'));
  }

  #hubPart(): ServicePart {
    const { ports, dataFolder } = this.config;
    const flags = ['--data', resolve(dataFolder, 'hub'), '--port', String(ports.hub)];
    return new ServicePart({
      name: 'hub',
      address: this.hubUrl,
      note: `traces, OTLP on ${ports.otlp}`,
      folder: 'services/hub',
      args: [...this.#run(), ...flags, '--otlp-port', String(ports.otlp)],
      env: { ...this.#code.env, ...this.config.inherited },
      ready: /OTLP/,
      readyUrl: `http://127.0.0.1:${ports.hub}/api/services`,
      log: this.#log('hub'),
      onEvent: this.#onEvent,
    });
  }

  #servicePart(name: ServiceName): ServicePart {
    const port = this.config.ports[name];
    return new ServicePart({
      name,
      address: `http://localhost:${port}`,
      note: name === 'gateway' ? 'docs at /docs' : '',
      folder: `services/${name}`,
      args: this.#run('--import', '@tracelab/tracing/register'),
      port,
      env: this.#environmentOf(name),
      ready: /listening on/,
      readyUrl: `http://127.0.0.1:${port}/health/ready`,
      log: this.#log(name),
      onEvent: this.#onEvent,
    });
  }

  #run(...nodeArgs: readonly string[]): string[] {
    return [SMALL_YOUNG_GENERATION, ...this.#code.nodeArgs, ...nodeArgs, this.#code.entry];
  }

  #environmentOf(name: ServiceName): NodeJS.ProcessEnv {
    const { ports, inherited } = this.config;
    const urls = Object.fromEntries(
      this.#names().map(each => [`${each.toUpperCase().replace('-', '_')}_URL`, `http://127.0.0.1:${ports[each]}`]),
    );
    return {
      ...urls,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${ports.otlp}`,
      LOG_PRETTY: 'false',
      ...this.#code.env,
      ...inherited,
      SERVICE_NAME: name,
      PORT: String(ports[name]),
      ...(name === 'gateway' ? {} : { DATABASE_URL: this.#postgres.url(`tracelab_${name.replace('-', '_')}`) }),
      ...(this.#cache.url === undefined ? {} : { REDIS_URL: this.#cache.url }),
    };
  }

  #log(name: string): LogFile {
    const log = new LogFile(join(this.config.dataFolder, 'logs'), name);
    this.#logs.push(log);
    return log;
  }
}
