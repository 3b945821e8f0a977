// Run by Jest itself, outside its sandbox: Node reads it from source, by the condition that the test script sets.
import { RunPostgres } from './run-postgres.ts';

// Jest calls the default export.
// eslint-disable-next-line no-restricted-syntax
export default (): Promise<void> => RunPostgres.offer();
