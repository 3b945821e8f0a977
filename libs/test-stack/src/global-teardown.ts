import { RunPostgres } from './run-postgres.ts';

// Jest calls the default export.
// eslint-disable-next-line no-restricted-syntax
export default (): Promise<void> => RunPostgres.withdraw();
