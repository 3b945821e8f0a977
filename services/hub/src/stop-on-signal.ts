import { type Hub } from './hub.ts';

/** SIGTERM and SIGINT close the hub and exit 0; a second signal exits at once. */
export function stopOnSignal(hub: Hub): void {
  let isStopping = false;
  const stop = () => {
    if (isStopping) process.exit(130);
    isStopping = true;
    hub.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`the hub did not close cleanly: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
}
