/** Traces a Node program without touching it. */
export { loadAgentConfig, type AgentConfig, type ExporterKind } from './config.ts';
export { stockLibraries, type StockLibrary } from './libraries/library-list.ts';
