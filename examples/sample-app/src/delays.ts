import { Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppConfig } from './config.ts';

/** The time that real work would take. */
@Injectable()
export class Delays {
  constructor(private readonly config: AppConfig) {}

  async between(fromMs: number, toMs: number): Promise<void> {
    const delayMs = (fromMs + Math.random() * (toMs - fromMs)) * this.config.delayScale;
    if (delayMs > 0) await sleep(delayMs);
  }
}
