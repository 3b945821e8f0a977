import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers on loopback as the real one would, so that the application makes real calls without a network. */
@Injectable()
export class ExternalApiStandIn implements OnApplicationShutdown {
  #server: Server | undefined;

  async start(): Promise<string> {
    this.#server ??= createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stand-in');
      const body = answerTo(pathname, Number(searchParams.get('userId') ?? NaN));
      response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body ?? {}));
    });
    const server = this.#server;
    if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  onApplicationShutdown(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
  }
}

function answerTo(path: string, userId: number): unknown {
  if (path === '/todos') return todosOf(userId);
  const id = Number(/^\/users\/(\d+)$/.exec(path)?.[1] ?? NaN);
  return id >= 1 && id <= 10 ? { id, name: `User ${id}`, website: `user${id}.example.org` } : undefined;
}

function todosOf(userId: number): readonly unknown[] {
  const todos = Array.from({ length: 200 }, (_, index) => ({
    userId: Math.floor(index / 20) + 1,
    id: index + 1,
    title: `todo ${index + 1}`,
    completed: index % 3 === 0,
  }));
  return Number.isNaN(userId) ? todos : todos.filter(todo => todo.userId === userId);
}
