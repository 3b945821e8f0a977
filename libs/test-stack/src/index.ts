export { databaseUrl } from './shared-postgres.ts';
export { ServiceProcess, type ServiceProcessOptions } from './service-process.ts';
export { temporaryFolder } from './temporary-folder.ts';
