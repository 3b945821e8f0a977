import { createApp } from './app.ts';
import { port } from './config.ts';

const server = createApp().listen(port, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`listening on ${typeof address === 'object' ? (address?.port ?? '') : ''}\n`);
});
process.on('SIGTERM', () => server.close());
