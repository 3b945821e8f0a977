import { createApp } from './app.ts';

const server = createApp().listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`listening on ${typeof address === 'object' ? (address?.port ?? '') : ''}\n`);
});
process.on('SIGTERM', () => server.close());
