import { expect, test } from '@jest/globals';
import { parseArguments } from './arguments.ts';

test('everything from the first word on belongs to the command', () => {
  expect(parseArguments(['--debug', 'node', '--debug', '--', '-x'])).toMatchObject({
    kind: 'run',
    flags: { isDebugging: true },
    command: ['node', '--debug', '--', '-x'],
  });
});

test('-- ends the flags, so that a command may be called like one of ours', () => {
  expect(parseArguments(['--', '--weird'])).toMatchObject({ kind: 'run', command: ['--weird'] });
});

test('values come with = or as the next word; lists add up', () => {
  expect(
    parseArguments(['--service-name=a', '--endpoint', 'http://x:1', '--ignore-path', '/a,/b', '--ignore-path=/c', 'x']),
  ).toMatchObject({ flags: { serviceName: 'a', endpoint: 'http://x:1', ignorePaths: ['/a', '/b', '/c'] } });
});

test('--functions takes no word of the command for its prefix', () => {
  expect(parseArguments(['--functions', 'node'])).toMatchObject({ flags: { functions: '' }, command: ['node'] });
  expect(parseArguments(['--functions=src', 'node'])).toMatchObject({ flags: { functions: 'src' } });
});

test.each([
  [[], 'No command specified to run'],
  [['--debug'], 'No command specified to run'],
  [['--endpoint'], '--endpoint takes a value'],
  [['--debug=1', 'x'], '--debug takes no value'],
  [['--nonsense', 'x'], 'unknown flag --nonsense'],
  [['status', 'x'], 'status takes the process id of a program'],
])('%j is wrong: %s', (args, message) => {
  expect(parseArguments(args)).toEqual({ kind: 'wrong', message });
});

test('doctor and status are ours', () => {
  expect(parseArguments(['doctor'])).toEqual({ kind: 'doctor', folder: '.' });
  expect(parseArguments(['status', '12'])).toEqual({ kind: 'status', pid: 12 });
});
