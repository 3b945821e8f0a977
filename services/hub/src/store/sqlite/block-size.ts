/** Spans whose starts are summed up together, for searches to stop early. */
export const BLOCK_SPANS = 4096;
