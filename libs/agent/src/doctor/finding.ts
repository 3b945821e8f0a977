/** One thing that keeps spans from being made or sent, or will cost some. */
export interface Finding {
  /** Stable, for scripts. */
  readonly code: FindingCode;
  readonly message: string;
  readonly remedy: string;
}

export type FindingCode =
  | 'NODE_TOO_OLD'
  | 'NO_SYNC_HOOKS'
  | 'SEVERAL_APIS'
  | 'SEVERAL_SDKS'
  | 'BUNDLED'
  | 'OTHER_AGENT'
  | 'NOT_LOADED'
  | 'MANIFEST_INVALID'
  | 'OLD_INSTRUMENTATION'
  | 'SDK_DISABLED'
  | 'EXPORTER_NONE'
  | 'EXPORTER_UNKNOWN'
  | 'SAMPLING_OFF'
  | 'SAMPLING_INVALID'
  | 'ENDPOINT_INVALID'
  | 'ENDPOINT_UNREACHABLE'
  | 'WRONG_PROTOCOL'
  | 'WRONG_PORT'
  | 'ENDPOINT_REFUSES'
  | 'CONFIG_FILE_MISSING'
  | 'RESOURCE_INVALID'
  | 'UNSUPPORTED_VERSION';
