import { loadStackConfig } from './config.ts';
import type { Addresses } from './first-trace.ts';

/** Where the system is by the settings that `make run` starts it with. Throws ConfigError. */
export function localAddresses(env = process.env): Addresses {
  const { ports } = loadStackConfig(env);
  return { gatewayUrl: `http://localhost:${ports.gateway}`, queryUrl: `http://localhost:${ports.hub}` };
}

interface AddressFlags {
  readonly url: object;
  readonly traces: object;
}

/** The same flags; where nothing is named, the system is where the settings of `make run` put it. */
export function flagsHere<const Flags extends AddressFlags>(flags: Flags) {
  const { gatewayUrl, queryUrl } = localAddresses();
  return {
    ...flags,
    url: { ...flags.url, fallback: gatewayUrl } as Flags['url'] & { readonly fallback: string },
    traces: { ...flags.traces, fallback: queryUrl } as Flags['traces'] & { readonly fallback: string },
  };
}
