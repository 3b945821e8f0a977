// How what the older README calls by Python is called here, with the same flags.
const SPELLED_ANEW: readonly (readonly [RegExp, string])[] = [
  [/^(uv run )?python scripts\/load_test\.py/, 'node --conditions=@tracelab/source scripts/load-test.ts'],
  [/^(uv run )?python scripts\/generate_traffic\.py/, 'node --conditions=@tracelab/source scripts/traffic.ts'],
  [/^uv run pytest tests\/integration\/$/, 'make e2e'],
  [/^open (?=http)/, 'curl --silent --output /dev/null '], // what a browser would fetch first
  [/^docker-compose /, 'docker compose '],
];

/** The commands of a document as they are run here, each once: of its `bash` blocks, and of lines indented by four spaces. */
export function commandsOf(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^ *```bash\n([\s\S]*?)^ *```/gm)].map(([, block = '']) => block);
  const indented = [...markdown.matchAll(/^ {4}(make\b.*)$/gm)].map(([, line = '']) => line);
  const lines = [...blocks.flatMap(block => block.split('\n')), ...indented];
  const commands = lines.map(line => line.replace(/(^|\s)#.*$/, '').trim()).filter(line => line !== '');
  return [...new Set(commands.map(spelledAnew))];
}

function spelledAnew(command: string): string {
  return SPELLED_ANEW.reduce((text, [there, here]) => text.replace(there, here), command);
}
