import { databaseUrl } from './shared-postgres.ts';
import { ServiceProcess } from './service-process.ts';

type ServiceName = 'gateway' | 'user' | 'order' | 'payment';
type Settings = Readonly<Record<string, string>>;

export interface ShopOptions {
  /** Where each service's database is; on the run's shared Postgres where nothing is said. */
  readonly postgres?: (name: string) => string | Promise<string>;
  /** With tracing started, as the services run in earnest; without, as the other tests run them. */
  readonly isTraced?: boolean;
  /** For every service, over what makes the shop quick and sure. */
  readonly env?: Settings;
  /** For one service, over all else. */
  readonly envOf?: Partial<Record<ServiceName, Settings>>;
}

// Nothing waits and nothing fails by chance, unless a test asks for it.
const SURE: Settings = {
  DEMO_DELAY_SCALE: '0',
  FAIL_INVENTORY: '0',
  FAIL_NOTIFICATION: '0',
  FAIL_PAYMENT: '0',
  FAIL_CONFIRMATION: '0',
  FAIL_REFUND: '0',
  LOG_LEVEL: 'info',
};

/** The four services of the shop as real processes, each with a database of its own. */
export class Shop {
  readonly #services: Readonly<Record<ServiceName, ServiceProcess>>;
  /** The payment service's database, for looking at what was recorded. */
  readonly paymentDatabaseUrl: string;

  private constructor(services: Record<ServiceName, ServiceProcess>, paymentDatabaseUrl: string) {
    this.#services = services;
    this.paymentDatabaseUrl = paymentDatabaseUrl;
  }

  static async start({
    postgres = databaseUrl,
    env = {},
    envOf = {},
    isTraced = false,
  }: ShopOptions = {}): Promise<Shop> {
    const [users, orders, payments] = [await postgres('users'), await postgres('orders'), await postgres('payments')];
    const nodeArgs = isTraced ? ['--import', '@tracelab/tracing/register'] : [];
    const start = (service: ServiceName, settings: Settings) =>
      ServiceProcess.start({ service, nodeArgs, env: { ...SURE, ...env, ...settings, ...envOf[service] } });
    const order = await start('order', { DATABASE_URL: orders });
    const [user, payment] = await Promise.all([
      start('user', { DATABASE_URL: users, ORDER_URL: order.url }),
      start('payment', { DATABASE_URL: payments, ORDER_URL: order.url }),
    ]);
    const gateway = await start('gateway', { USER_URL: user.url, ORDER_URL: order.url, PAYMENT_URL: payment.url });
    return new Shop({ gateway, user, order, payment }, payments);
  }

  get gateway(): ServiceProcess {
    return this.#services.gateway;
  }

  get user(): ServiceProcess {
    return this.#services.user;
  }

  get order(): ServiceProcess {
    return this.#services.order;
  }

  get payment(): ServiceProcess {
    return this.#services.payment;
  }

  async stop(): Promise<void> {
    await Promise.all(Object.values(this.#services).map(service => service.stop()));
  }
}
