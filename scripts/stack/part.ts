/** One thing the stack is made of: a server of its own, as the status block shows it. */
export interface Part {
  readonly name: string;
  /** Where it is to be found, once it has started. */
  readonly address: string;
  /** What a person should know beside that: where the docs are, what a setting would change. */
  readonly note: string;
  readonly pid: number | undefined;
  /** Resolves when the part is ready for use. */
  start(): Promise<void>;
  /** Resolves when nothing of it is left. */
  stop(): Promise<void>;
}
