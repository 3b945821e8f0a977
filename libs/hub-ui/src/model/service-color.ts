/**
 * Hues of services, in degrees of OKLCH, ordered so that neighbours stay apart also for eyes that see no red or no green.
 * Lightness and chroma are the same for all and stand in the style sheet.
 */
export const SERVICE_HUES: readonly number[] = [255, 55, 165, 330, 95, 215, 15, 290, 130, 235, 35, 190];

/** The place in the palette that a name has on every page and every machine. */
export function paletteIndex(service: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < service.length; at++) hash = Math.imul(hash ^ service.charCodeAt(at), 0x01000193);
  // FNV's low bits alone fall together for short names.
  return ((hash ^ (hash >>> 15)) >>> 0) % SERVICE_HUES.length;
}

export const serviceHue = (service: string): number => SERVICE_HUES[paletteIndex(service)] ?? 0;
