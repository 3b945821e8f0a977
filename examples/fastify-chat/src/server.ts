import websocket from '@fastify/websocket';
import fastify, { type FastifyInstance } from 'fastify';
import type { WebSocket } from 'ws';
import { flowtrace } from '@tracelab/function-tracer/fastify';
import { Rooms } from './rooms.ts';

/** The chat server: `/chat` speaks WebSocket, `/health` says that it runs. */
export async function createServer(rooms = new Rooms()): Promise<FastifyInstance> {
  const server = fastify();
  await server.register(flowtrace);
  await server.register(websocket);
  server.get('/health', () => ({ status: 'ok' }));
  server.get('/chat', { websocket: true }, socket => {
    converse(rooms, socket);
  });
  return server;
}

function converse(rooms: Rooms, socket: WebSocket): void {
  socket.on('message', (data: Buffer) => {
    answer(rooms, socket, data.toString());
  });
  socket.on('close', () => {
    rooms.leave(socket);
  });
}

function answer(rooms: Rooms, socket: WebSocket, raw: string): void {
  try {
    rooms.receive(socket, raw);
  } catch (error) {
    socket.send(JSON.stringify({ type: 'error', detail: error instanceof Error ? error.message : 'unknown' }));
  }
}
