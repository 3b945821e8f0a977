import { BadParameter } from './bad-parameter.ts';
import { parseGoDuration } from './go-duration.ts';

/** Reads the parameters of one request; each reader says which of them it could not read. */
export class QueryParameters {
  readonly #given: URLSearchParams;

  constructor(url: string) {
    const mark = url.indexOf('?');
    this.#given = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
  }

  /** The first of the names that is given and not empty. */
  text(...names: readonly string[]): string | undefined {
    return names.map(name => this.#given.get(name) ?? '').find(value => value !== '');
  }

  all(name: string): string[] {
    return this.#given.getAll(name).filter(value => value !== '');
  }

  has(name: string): boolean {
    return this.#given.has(name);
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw new BadParameter(`parameter '${name}' is required`);
    return value;
  }

  integer(name: string): bigint | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^[+-]?\d{1,19}$/.test(value)) throw unreadable(name, `parsing ${JSON.stringify(value)}: invalid syntax`);
    return BigInt(value);
  }

  /** An integer of at most `most`, and at least 1. */
  limit(names: readonly string[], fallback: number, most: number): number {
    const name = names.find(own => this.text(own) !== undefined);
    const value = name === undefined ? BigInt(fallback) : (this.integer(name) ?? 0n);
    if (value < 1n) throw unreadable(name ?? '', 'must be greater than 0');
    return Number(value > BigInt(most) ? BigInt(most) : value);
  }

  flag(...names: readonly string[]): boolean {
    const name = names.find(own => this.text(own) !== undefined);
    const value = name === undefined ? 'false' : (this.text(name) ?? '');
    if (TRUE.has(value)) return true;
    if (FALSE.has(value)) return false;
    throw unreadable(name ?? '', `parsing ${JSON.stringify(value)}: invalid syntax`);
  }

  durationNs(...names: readonly string[]): bigint | undefined {
    const name = names.find(own => this.text(own) !== undefined);
    if (name === undefined) return undefined;
    try {
      return parseGoDuration(this.text(name) ?? '');
    } catch (error) {
      throw unreadable(name, (error as Error).message);
    }
  }
}

// What Go's ParseBool takes.
const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

export const unreadable = (name: string, why: string) => new BadParameter(`unable to parse param '${name}': ${why}`);
