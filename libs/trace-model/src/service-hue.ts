/**
 * Hues of services, in degrees of OKLCH, ordered so that neighbours stay apart also for eyes that see no red or no green.
 * Lightness and chroma are the same for all and stand in the style sheet; red is left to errors.
 */
export const SERVICE_HUES: readonly number[] = [55, 205, 85, 235, 115, 265, 175, 295, 145, 325];

// Chosen so that the services of the shop are far apart, which is what the reader sees first.
const SEED = 4225;

/** The place in the palette that a name has on every page and every machine. */
export function paletteIndex(service: string): number {
  let hash = SEED;
  for (let at = 0; at < service.length; at++) hash = Math.imul(hash ^ service.charCodeAt(at), 0x01000193);
  // Short names differ in few bits, which these two rounds spread.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 12)) >>> 0) % SERVICE_HUES.length;
}

export const serviceHue = (service: string): number => SERVICE_HUES[paletteIndex(service)] ?? 0;
