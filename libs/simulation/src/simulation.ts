import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoConfig } from './demo-settings.ts';

/**
 * Draws what would happen in the real world. Each name has a sequence of its own, so that one more delay somewhere does
 * not change who is declined: with a seed, the n-th draw under a name is the same in every run.
 */
export class Simulation<Delay extends string = string, Failure extends string = string> {
  readonly #config: DemoConfig<Delay, Failure>;
  readonly #drawn = new Map<string, number>();

  constructor(config: DemoConfig<Delay, Failure>) {
    this.#config = config;
  }

  /** Waits as long as the step takes this time, and says how long that was in the world that is simulated. */
  async delay(step: Delay): Promise<number> {
    const [minMs, maxMs] = this.#config.delays[step];
    const usualMs = minMs + (maxMs - minMs) * this.#draw(`delay ${step}`);
    const extraMs = this.#extraMs(step);
    const waitMs = usualMs * this.#config.delayScale + extraMs;
    if (waitMs > 0) await sleep(waitMs);
    return usualMs + extraMs;
  }

  fails(thing: Failure): boolean {
    return this.#draw(`failure ${thing}`) < this.#config.failureRates[thing];
  }

  pick<Choice>(name: string, choices: readonly [Choice, ...Choice[]]): Choice {
    return choices[Math.floor(this.#draw(`choice ${name}`) * choices.length)] ?? choices[0];
  }

  digits(name: string, count: number): string {
    const floor = 10 ** (count - 1);
    return String(floor + Math.floor(this.#draw(`digits ${name}`) * 9 * floor));
  }

  #extraMs(step: Delay): number {
    const slowness = this.#config.rarelySlow[step];
    if (slowness === undefined) return 0;
    const [rate, extraMs] = slowness;
    return this.#draw(`slow ${step}`) < rate ? extraMs : 0;
  }

  #draw(name: string): number {
    const { seed } = this.#config;
    if (seed === undefined) return Math.random();
    const count = this.#drawn.get(name) ?? 0;
    this.#drawn.set(name, count + 1);
    return unit(`${seed} ${name} ${count}`);
  }
}

/** A number in [0, 1) that only the text decides: FNV-1a, then murmur's finisher to spread neighbouring texts. */
function unit(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
