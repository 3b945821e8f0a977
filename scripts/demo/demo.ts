import { pause } from '../sending/pause.ts';
import type { StackConfig } from '../stack/config.ts';
import { findSights, type Sight } from '../stack/sights.ts';
import { Stack } from '../stack/stack.ts';
import { EXIT } from '../terminal/run-command.ts';
import { Style } from '../terminal/style.ts';
import { runChild } from './child.ts';

/** How what was started is stopped again; undefined where nothing was. */
type Stop = (() => Promise<unknown>) | undefined;

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The tour. After the signal no step begins any more, and what was started is stopped. */
export class Demo {
  readonly #config: StackConfig;
  readonly #signal: AbortSignal;
  readonly #style = new Style(process.stdout, process.env);
  readonly #gatewayUrl: string;
  readonly #queryUrl: string;

  constructor(config: StackConfig, signal: AbortSignal) {
    this.#config = config;
    this.#signal = signal;
    this.#gatewayUrl = `http://localhost:${config.ports.gateway}`;
    this.#queryUrl = `http://localhost:${config.ports.hub}`;
  }

  /** The exit code. */
  async run(): Promise<number> {
    let stop: Stop;
    try {
      stop = await this.#start();
    } catch (error) {
      process.stderr.write(`${(error as Error).message}\n`);
      return EXIT.notMet;
    }
    await this.#show();
    // Where nobody looks, as in a script, there is nothing to wait for.
    if (stop !== undefined && process.stdin.isTTY && !this.#signal.aborted) {
      this.#say(this.#style.dim('Ctrl-C stops everything'));
      await pause(LONGEST_TIMER_MS, this.#signal);
    }
    if (stop !== undefined) this.#say('', this.#style.dim('stopping'));
    await stop?.();
    return 0;
  }

  async #show(): Promise<void> {
    const [gatewayUrl, queryUrl] = [this.#gatewayUrl, this.#queryUrl];
    const report = `${this.#config.dataFolder}/demo.html`;
    const addresses = ['--url', gatewayUrl, '--traces', queryUrl];
    const load = ['--users', '5', '--requests', '20', '--ramp-up', '2', '--think', '0.05-0.2', '--html', report];
    await this.#script('traffic.ts', '--mode', 'demo', '--pause', '0.3', ...addresses);
    await this.#script('load-test.ts', ...load, ...addresses);
    if (this.#signal.aborted) return;
    this.#say('', this.#style.bold('What to look at'), '');
    for (const sight of await findSights({ gatewayUrl, queryUrl })) this.#say(...this.#shown(sight));
    this.#say(`  The load test as a page: ${report}`, '');
  }

  async #start(): Promise<Stop> {
    if (await answers(`${this.#gatewayUrl}/health/ready`)) {
      this.#say(this.#style.dim(`using what runs on ${this.#gatewayUrl}`));
      return undefined;
    }
    if (await this.#canUseDocker()) {
      this.#say(this.#style.dim('starting in Docker'));
      const code = await this.#make('docker-up');
      if (code === 0 || this.#signal.aborted) return () => runChild('make', ['--no-print-directory', 'docker-down']);
      this.#say(this.#style.amber('Docker could not start it: see above; starting here instead'));
      await this.#make('docker-down', { isQuiet: true });
    }
    return this.#signal.aborted ? undefined : this.#startHere();
  }

  /** An engine that answers, and can have the images that are not built here. */
  async #canUseDocker(): Promise<boolean> {
    const asked = { isQuiet: true, signal: this.#signal };
    if ((await runChild('docker', ['info'], asked)) !== 0) return false;
    await this.#make('.env', { isQuiet: true });
    return (await runChild('docker', ['compose', 'pull', '--quiet', '--ignore-buildable'], asked)) === 0;
  }

  async #startHere(): Promise<Stop> {
    this.#say(this.#style.dim('starting on this machine, without Docker'));
    const stack = new Stack(this.#config, ({ part, text }) => {
      this.#say(`${this.#style.amber(part)} ${text}`);
    });
    // A start that is broken off fails, and what it had started ends.
    const breakOff = () => void stack.stop();
    this.#signal.addEventListener('abort', breakOff);
    try {
      await stack.start(part => {
        this.#say(this.#style.dim(`  ${part.name}`));
      });
    } catch (error) {
      await stack.stop();
      if (!this.#signal.aborted) throw error;
    } finally {
      this.#signal.removeEventListener('abort', breakOff);
    }
    return () => stack.stop();
  }

  #make(target: string, { isQuiet = false } = {}): Promise<number> {
    return runChild('make', ['--no-print-directory', target], { isQuiet, signal: this.#signal });
  }

  #script(file: string, ...args: readonly string[]): Promise<number> {
    const node = ['--conditions=@tracelab/source', `scripts/${file}`, ...args];
    return runChild(process.execPath, node, { signal: this.#signal });
  }

  #shown({ title, words, url }: Sight): string[] {
    return [`  ${this.#style.bold(title)}`, `    ${words}`, `    ${this.#style.accent(url)}`, ''];
  }

  #say(...lines: string[]): void {
    process.stdout.write(`${lines.join('\n')}\n`);
  }
}

const answers = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
