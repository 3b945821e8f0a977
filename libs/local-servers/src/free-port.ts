import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** A loopback port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Whether nobody listens on this port of this machine, on any of its addresses. */
export async function isPortFree(port: number): Promise<boolean> {
  for (const host of ['127.0.0.1', '::1', '0.0.0.0']) {
    const server = createServer();
    const outcome = await new Promise<string>(resolve => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        resolve(error.code ?? 'error');
      });
      server.listen({ port, host, exclusive: true }, () => {
        resolve('free');
      });
    });
    server.close();
    if (outcome === 'EADDRINUSE') return false;
  }
  return true;
}
