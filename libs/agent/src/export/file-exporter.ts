import { ExportResultCode } from '@opentelemetry/core';
import type { ExportResult } from '@opentelemetry/core';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { appendFileSync } from 'node:fs';

/**
 * Appends each batch to a file as one line of OTLP JSON, which collectors read. At once, so that it serves a process that
 * ends; several processes may share a file.
 */
export class FileExporter implements SpanExporter {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    try {
      const line = JsonTraceSerializer.serializeRequest(spans);
      if (line !== undefined) appendFileSync(this.#file, `${Buffer.from(line).toString()}\n`);
      done({ code: ExportResultCode.SUCCESS });
    } catch (error) {
      done({ code: ExportResultCode.FAILED, error: error as Error });
    }
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}
