import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import type { Activity } from './activity.ts';

/** Counts spans for the summary. */
export class ActivityProcessor implements SpanProcessor {
  readonly #activity: Activity;

  constructor(activity: Activity) {
    this.#activity = activity;
  }

  onStart(): void {
    this.#activity.spansStarted++;
  }

  onEnd(): void {
    this.#activity.spansEnded++;
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}
