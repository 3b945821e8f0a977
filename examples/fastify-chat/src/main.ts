import { port } from './config.ts';
import { createServer } from './server.ts';

const server = await createServer();
const address = await server.listen({ port, host: '127.0.0.1' });
process.stdout.write(`listening on ${new URL(address).port}\n`);
process.on('SIGTERM', () => void server.close());
