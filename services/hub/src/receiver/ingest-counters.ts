/** What the receiver did since the start. */
export class IngestCounters {
  requests = 0;
  acceptedSpans = 0;
  acceptedBytes = 0;
  warnings = 0;
  readonly refusedSpans = new Map<string, number>();
  readonly refusedRequests = new Map<number, number>();
  readonly otherSignals = new Map<'metrics' | 'logs', number>();

  refuseSpans(reason: string, count: number): void {
    this.refusedSpans.set(reason, (this.refusedSpans.get(reason) ?? 0) + count);
  }

  refuseRequest(status: number): void {
    this.refusedRequests.set(status, (this.refusedRequests.get(status) ?? 0) + 1);
  }

  countSignal(signal: 'metrics' | 'logs'): void {
    this.otherSignals.set(signal, (this.otherSignals.get(signal) ?? 0) + 1);
  }
}
