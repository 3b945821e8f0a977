import { expect, test } from '@jest/globals';
import { Config, ConfigInvalid, lenientConfig } from './config.ts';

test('reads the six variables of the original, and what is given wins over them', () => {
  const env = {
    FLOWTRACE_PACKAGE_PREFIX: 'myapp,src',
    FLOWTRACE_LOGFILE: 'a.jsonl',
    FLOWTRACE_STDOUT: 'TRUE',
    FLOWTRACE_MAX_ARG_LENGTH: '5',
    FLOWTRACE_EXCLUDE: 'test, debug',
    FLOWTRACE_ASYNC: 'false',
  };
  expect(Config.fromEnv(env).toDict()).toEqual({
    package_prefix: 'myapp,src',
    logfile: 'a.jsonl',
    stdout: true,
    max_arg_length: 5,
    exclude_patterns: ['test', 'debug'],
    async_logging: false,
  });
  expect(new Config({ logfile: 'b.jsonl' }, env).settings).toMatchObject({ logfile: 'b.jsonl', maxArgLength: 5 });
});

test('a dictionary is read by either spelling, without the environment, and unknown keys are ignored', () => {
  const config = Config.fromDict({ package_prefix: 'myapp', maxArgLength: 7, nonsense: 1 });
  expect(config.settings).toMatchObject({ packagePrefix: 'myapp', maxArgLength: 7, stdout: false });
  expect(Object.keys(config.toDict())).toEqual([
    'package_prefix',
    'logfile',
    'stdout',
    'max_arg_length',
    'exclude_patterns',
    'async_logging',
  ]);
  expect(Config.fromDict({ ...config.toDict() }).toDict()).toEqual(config.toDict());
});

test('settings that cannot be meant are refused, all of them at once', () => {
  const build = () =>
    new Config({ maxArgLength: -1, sampleRate: 2, timestampUnit: 'h' as never, stdout: 'yes' as never }, {});
  expect(build).toThrow(ConfigInvalid);
  expect(build).toThrow(/maxArgLength.*-1.*sampleRate|sampleRate|stdout/s);
});

test('an environment that cannot be meant does not stop the program: the rest of it still counts', () => {
  const { config, faults } = lenientConfig({ FLOWTRACE_MAX_ARG_LENGTH: 'many', FLOWTRACE_LOGFILE: 'x.jsonl' });
  expect(config.settings).toMatchObject({ maxArgLength: 1000, logfile: 'x.jsonl' });
  expect(faults).toHaveLength(1);
});

test('a pattern that is none is a fault like any other', () => {
  const { config, faults } = lenientConfig({ FLOWTRACE_EXCLUDE: 'a,/(/', FLOWTRACE_PACKAGE_PREFIX: '/[/' });
  expect(config.settings).toMatchObject({ excludePatterns: [], packagePrefix: '' });
  expect(faults).toEqual([expect.stringMatching(/packagePrefix.*\[/), expect.stringMatching(/excludePatterns.*\(/)]);
  expect(() => new Config({ excludePatterns: ['/(/'] }, {})).toThrow(ConfigInvalid);
});

test.each([
  ['a, b,,c', ['a', 'b', 'c']],
  ['/f{1,2}/,g', ['/f{1,2}/', 'g']],
  ['src/a, /^(x, y|z)$/i , b', ['src/a', '/^(x, y|z)$/i', 'b']],
  ['/x/,/y,z/', ['/x/', '/y,z/']],
  ['/a\\/b,c/', ['/a\\/b,c/']],
  ['/src/o{1,2}/,b', ['/src/o{1,2}/', 'b']],
  ['/no end,b', ['/no end', 'b']],
])('a list %s is read as %j', (text, expected) => {
  expect(new Config({}, { FLOWTRACE_EXCLUDE: text }).settings.excludePatterns).toEqual(expected);
});
