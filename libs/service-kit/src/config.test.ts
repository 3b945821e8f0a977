import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { flag, milliseconds, parseEnv, port } from './config.ts';

const Env = z.object({
  PORT: port().default(8000),
  TOKEN: z.string().min(20),
  DATABASE_URL: z.url({ protocol: /^postgres$/ }),
  TIMEOUT_MS: milliseconds().default(100),
  DEBUG: flag().default(false),
  RULE: z
    .string()
    .refine(rule => rule.startsWith('a'), { error: ({ input }) => `not ${String(input)}` })
    .optional(),
});

const faultsOf = (env: NodeJS.ProcessEnv): string => {
  try {
    parseEnv(Env, env);
  } catch (error) {
    return (error as Error).message;
  }
  return 'none';
};

test('defaults hold for what is unset or empty', () => {
  const env = { TOKEN: 'x'.repeat(20), DATABASE_URL: 'postgres://h/d', PORT: '', DEBUG: 'on' };
  expect(parseEnv(Env, env)).toMatchObject({ PORT: 8000, TIMEOUT_MS: 100, DEBUG: true });
});

describe('a wrong environment', () => {
  const message = faultsOf({ PORT: 'abc', TOKEN: 'hunter2', TIMEOUT_MS: '-1', DEBUG: 'perhaps', RULE: 'hunter3' });

  test.each(['PORT', 'TOKEN', 'DATABASE_URL', 'TIMEOUT_MS', 'DEBUG', 'RULE'])('names %s', name => {
    expect(message).toContain(`  ${name}: `);
  });

  test('shows no value, since any may be a secret', () => {
    for (const value of ['abc', 'hunter2', 'perhaps', 'hunter3']) expect(message).not.toContain(value);
  });

  test('tells what is missing from what is wrong', () => {
    expect(message).toContain('DATABASE_URL: is required');
  });
});

test.each(['65536', '-1', '80.5', '0x50', ' 80', '1e3'])('a port cannot be %p', value => {
  expect(faultsOf({ PORT: value, TOKEN: 'x'.repeat(20), DATABASE_URL: 'postgres://h/d' })).toContain('PORT');
});
