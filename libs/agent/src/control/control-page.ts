import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AgentLog } from '../report/agent-log.ts';
import type { AgentStatus } from '../report/summary.ts';
import type { SamplingRules, SamplingSettings } from '../sampling-rules.ts';
import { controlHtml } from './control-html.ts';
import { parseChanges } from './parse-changes.ts';

export interface ControlPageOptions {
  readonly rules: SamplingRules;
  readonly status: () => AgentStatus;
  readonly log: AgentLog;
}

const maxBodyBytes = 64_000;

/**
 * A page on loopback that shows what is traced and changes sampling and ignored paths while the program runs. `GET /status` and
 * `PUT /settings` are the same for scripts.
 */
export class ControlPage {
  readonly #options: ControlPageOptions;
  readonly server = createServer((request, response) => {
    this.#answer(request, response).catch(() => {
      response.writeHead(400).end();
    });
  });

  constructor(options: ControlPageOptions) {
    this.#options = options;
  }

  listen(port: number): void {
    const { log } = this.#options;
    this.server.on('error', error => {
      log.warn(`there is no control page: ${error.message}`);
    });
    this.server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const { port: taken } = this.server.address() as AddressInfo;
      log.warn(`control page at http://127.0.0.1:${taken}`);
    });
    this.server.unref();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isLocal(request)) {
      response.writeHead(403).end();
      return;
    }
    const { status, rules } = this.#options;
    if (request.method === 'GET' && request.url === '/') {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(controlHtml);
    } else if (request.method === 'GET' && request.url === '/status') sendJson(response, 200, status());
    else if (request.method === 'PUT' && request.url === '/settings')
      this.#change(rules, await bodyOf(request), response);
    else response.writeHead(404).end();
  }

  #change(rules: SamplingRules, body: string, response: ServerResponse): void {
    const changes: Partial<SamplingSettings> | string = parseChanges(body);
    if (typeof changes === 'string') {
      sendJson(response, 422, { detail: changes });
      return;
    }
    rules.change(changes);
    sendJson(response, 200, rules.settings);
  }
}

// A page of the open web that a browser on this machine shows must not reach it: its own name is not loopback's, and a
// request it sends across carries its origin.
function isLocal({ headers: { host = '', origin } }: IncomingMessage): boolean {
  const isLoopback = (text: string) => /^(?:http:\/\/)?(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(text);
  return isLoopback(host) && (origin === undefined || isLoopback(origin));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > maxBodyBytes) throw new RangeError('The settings are too long');
  }
  return text;
}

function sendJson(response: ServerResponse, statusCode: number, body: unknown): void {
  response.writeHead(statusCode, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
