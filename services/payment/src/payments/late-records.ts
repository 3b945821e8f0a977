import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { DatabaseUnavailable } from '@tracelab/database';

const PAUSE_MS = 250;
// Past any sensible lease somebody else has taken the payment up, and what was done under this claim no longer counts.
const KEPT_MS = 60_000;

type Write = () => Promise<unknown>;

/**
 * What the card processor did while the database was away. It is written down as soon as that is back, so that whoever
 * asks again finds the charge or the refund made, and does not make it once more when the claim has lapsed.
 */
@Injectable()
export class LateRecords implements OnModuleDestroy {
  private readonly logger = new Logger(LateRecords.name);
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<void>>();

  /** Rejects as the write does; where that is because the database is away, the write is repeated until it succeeds. */
  async nowOrLater<Result>(paymentId: number, write: () => Promise<Result>): Promise<Result> {
    try {
      return await write();
    } catch (error) {
      if (error instanceof DatabaseUnavailable) this.keep(paymentId, write);
      throw error;
    }
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.running);
  }

  private keep(paymentId: number, write: Write): void {
    const running = this.repeat(paymentId, write).finally(() => this.running.delete(running));
    this.running.add(running);
  }

  private async repeat(paymentId: number, write: Write): Promise<void> {
    const end = performance.now() + KEPT_MS;
    while (performance.now() < end && (await this.pause())) {
      if (await isWritten(write)) return;
    }
    this.logger.error(`what the card processor did for payment ${paymentId} could not be recorded`);
  }

  /** False when the service stops. */
  private pause(): Promise<boolean> {
    return sleep(PAUSE_MS, true, { signal: this.stopping.signal }).catch(() => false);
  }
}

async function isWritten(write: Write): Promise<boolean> {
  try {
    await write();
    return true;
  } catch {
    return false; // still away
  }
}
