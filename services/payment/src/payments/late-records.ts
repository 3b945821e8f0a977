import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { countPayment } from '../telemetry.ts';
import { type Outcome, type PaymentRow, PaymentsStore } from './payments.store.ts';

const PAUSE_MS = 250;
// Past any sensible lease somebody else has taken the payment up, and this outcome no longer counts.
const KEPT_MS = 60_000;

/**
 * Outcomes that the card processor decided while the database was away. They are written down as soon as it is back,
 * so that a retry finds its payment made and need not wait for the claim to lapse.
 */
@Injectable()
export class LateRecords implements OnModuleDestroy {
  private readonly logger = new Logger(LateRecords.name);
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<void>>();

  constructor(private readonly store: PaymentsStore) {}

  keep(claimed: PaymentRow, outcome: Outcome): void {
    const running = this.repeat(claimed, outcome).finally(() => this.running.delete(running));
    this.running.add(running);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.running);
  }

  private async repeat(claimed: PaymentRow, outcome: Outcome): Promise<void> {
    const end = performance.now() + KEPT_MS;
    while (performance.now() < end && (await this.pause())) {
      if (await this.isRecorded(claimed, outcome)) return;
    }
    this.logger.error(`the outcome of payment ${claimed.id} could not be recorded`);
  }

  /** False when the service stops. */
  private pause(): Promise<boolean> {
    return sleep(PAUSE_MS, true, { signal: this.stopping.signal }).catch(() => false);
  }

  private async isRecorded(claimed: PaymentRow, outcome: Outcome): Promise<boolean> {
    try {
      const recorded = await this.store.record(claimed, outcome);
      if (recorded) countPayment(recorded);
      return true;
    } catch {
      return false; // still away
    }
  }
}
