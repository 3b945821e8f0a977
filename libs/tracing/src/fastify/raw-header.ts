import type { IncomingMessage } from 'node:http';

/**
 * The value of the first header of that name (in lower case). Looks through the headers as they came: Node makes an object of all of them for the first
 * who asks for it, and many handlers never do.
 */
export function rawHeader({ rawHeaders }: IncomingMessage, name: string): string | undefined {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const found = rawHeaders[i];
    if (found?.length === name.length && found.toLowerCase() === name) return rawHeaders[i + 1];
  }
  return undefined;
}
