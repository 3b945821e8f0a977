export { type Answer, ask, post, type Question } from './ask.ts';
export { documentedSettings, settingsOf } from './documented-settings.ts';
export { databaseUrl } from './shared-postgres.ts';
export { ServiceProcess, type ServiceProcessOptions } from './service-process.ts';
export { Shop, type ShopOptions } from './shop.ts';
export { temporaryFolder } from './temporary-folder.ts';
export { TraceReceiver } from './trace-receiver.ts';
