import { expect, test } from '@jest/globals';
import { commandsOf } from './readme-commands.ts';

test("a document's commands are those of its bash blocks and of its indented lines, each once, without remarks", () => {
  const markdown = [
    '    make run',
    'prose with `make test` in it',
    '```bash',
    '# a remark',
    'make run',
    'curl http://localhost:8000/users/1#top  # another',
    '```',
    '1. a list',
    '   ```bash',
    '   make health',
    '   ```',
    '```typescript',
    'make();',
    '```',
    '    make load-test   # the last',
  ].join('\n');
  expect(commandsOf(markdown)).toEqual([
    'make run',
    'curl http://localhost:8000/users/1#top',
    'make health',
    'make load-test',
  ]);
});

test('what the older README runs by Python is run by the script of the same purpose, with the same flags', () => {
  const markdown =
    '```bash\nuv run python scripts/load_test.py --users 20\npython scripts/generate_traffic.py --mode demo\n```';
  expect(commandsOf(markdown)).toEqual([
    'node --conditions=@tracelab/source scripts/load-test.ts --users 20',
    'node --conditions=@tracelab/source scripts/traffic.ts --mode demo',
  ]);
});
