// Hues far enough apart to be told from each other, also by readers who see fewer of them; lightness and chroma are set
// by the style sheet, alike for all, and the name always stands beside the colour.
const HUES = [250, 145, 60, 320, 195, 100, 285, 30, 220, 170, 345, 80] as const;

/** The hue of a service: by its name, so it is the same on every page and machine. */
export function serviceHue(service: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < service.length; at++) hash = Math.imul(hash ^ service.charCodeAt(at), 0x01000193);
  return HUES[(hash >>> 0) % HUES.length] ?? HUES[0];
}
