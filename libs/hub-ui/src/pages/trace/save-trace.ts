import { otlpBytesOf, type Trace } from '@tracelab/trace-model';

/** Hands the trace to the browser as a file of OTLP JSON, which any backend takes. */
export function saveTrace(trace: Trace): void {
  const json = otlpBytesOf(trace.nodes.map(({ span }) => span));
  const url = URL.createObjectURL(new Blob([json], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `trace-${trace.traceId}.json`;
  link.click();
  URL.revokeObjectURL(url);
}
