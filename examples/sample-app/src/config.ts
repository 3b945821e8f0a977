import { z } from 'zod';

const Environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(8000),
  HOST: z.string().default('127.0.0.1'),
  DATABASE_FILE: z.string().default('app.db'),
  /** The API to ask, such as https://jsonplaceholder.typicode.com; where it is not set, the application's own answers. */
  EXTERNAL_API_URL: z.url().optional(),
  /** 0 turns the simulated delays off. */
  DELAY_SCALE: z.coerce.number().min(0).max(10).default(1),
  FAILURE_RATE: z.coerce.number().min(0).max(1).default(0.1),
});

/** The application's settings. */
export class AppConfig {
  readonly port: number;
  readonly host: string;
  readonly databaseFile: string;
  readonly externalApiUrl: string | undefined;
  readonly delayScale: number;
  readonly failureRate: number;

  constructor(env: NodeJS.ProcessEnv) {
    const given = Environment.parse(env);
    this.port = given.PORT;
    this.host = given.HOST;
    this.databaseFile = given.DATABASE_FILE;
    this.externalApiUrl = given.EXTERNAL_API_URL;
    this.delayScale = given.DELAY_SCALE;
    this.failureRate = given.FAILURE_RATE;
  }
}

export function loadConfig(): AppConfig {
  return new AppConfig(process.env);
}
