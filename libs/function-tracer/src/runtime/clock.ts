import { performance } from 'node:perf_hooks';

/** Milliseconds by Node's own clock: one that the application puts in its place may be traced, or stand still. */
export const now = performance.now.bind(performance);
