import { ProtobufWriter } from '../otlp/protobuf-writer.ts';

export const PROTOBUF = 'application/x-protobuf';
export const JSON_TYPE = 'application/json';
export type OtlpType = typeof PROTOBUF | typeof JSON_TYPE;

/** The encoding of a request by its Content-Type, parameters and case aside. */
export function otlpTypeOf(contentType: string | undefined): OtlpType | undefined {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  return type === PROTOBUF || type === JSON_TYPE ? type : undefined;
}

/** ExportTraceServiceResponse: empty when all is well, a partial success otherwise; no rejected spans make it a warning. */
export function exportAnswer(type: OtlpType, rejectedSpans: number, errorMessage: string): Buffer {
  const isWell = rejectedSpans === 0 && errorMessage === '';
  if (type === JSON_TYPE) {
    const partialSuccess = { ...(rejectedSpans > 0 && { rejectedSpans: String(rejectedSpans) }), errorMessage };
    return Buffer.from(JSON.stringify(isWell ? {} : { partialSuccess }));
  }
  const writer = new ProtobufWriter();
  if (isWell) return bufferOf(writer);
  const start = writer.open(1);
  if (rejectedSpans > 0) writer.int64(1, BigInt(rejectedSpans));
  writer.text(2, errorMessage);
  writer.close(start);
  return bufferOf(writer);
}

/** The gRPC codes that OTLP maps to the statuses we answer. */
const GRPC_CODE_OF_STATUS: ReadonlyMap<number, number> = new Map([
  [400, 3],
  [413, 8],
  [429, 8],
  [503, 14],
]);

/** google.rpc.Status in the encoding of the request. */
export function statusAnswer(type: OtlpType, status: number, message: string): Buffer {
  const code = GRPC_CODE_OF_STATUS.get(status) ?? 13;
  if (type === JSON_TYPE) return Buffer.from(JSON.stringify({ code, message }));
  const writer = new ProtobufWriter();
  writer.count(1, code);
  writer.text(2, message);
  return bufferOf(writer);
}

function bufferOf(writer: ProtobufWriter): Buffer {
  const bytes = writer.finish();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
