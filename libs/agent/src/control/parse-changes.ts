import type { SamplingSettings } from '../sampling-rules.ts';

/** The settings in a request's body, or what is wrong with them. */
export function parseChanges(body: string): Partial<SamplingSettings> | string {
  const given = parsed(body);
  if (typeof given !== 'object' || given === null) return 'send {"sampleRate": 0.5, "ignorePaths": ["/health"]}';
  const { sampleRate, ignorePaths } = given as Readonly<Record<string, unknown>>;
  if (sampleRate !== undefined && !(typeof sampleRate === 'number' && sampleRate >= 0 && sampleRate <= 1))
    return 'sampleRate is a number from 0 to 1';
  if (ignorePaths !== undefined && !isPaths(ignorePaths)) return 'ignorePaths is a list of paths that start with /';
  return {
    ...(typeof sampleRate === 'number' && { sampleRate }),
    ...(ignorePaths !== undefined && { ignorePaths }),
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function isPaths(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length <= 1_000 &&
    value.every(path => typeof path === 'string' && path.startsWith('/'))
  );
}
