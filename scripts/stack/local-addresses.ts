import { loadStackConfig } from './config.ts';
import type { Addresses } from './first-trace.ts';

/** Where the system is by the settings that `make run` starts it with. Throws ConfigError. */
export function localAddresses(env = process.env): Addresses {
  const { ports } = loadStackConfig(env);
  return { gatewayUrl: `http://localhost:${ports.gateway}`, queryUrl: `http://localhost:${ports.hub}` };
}
