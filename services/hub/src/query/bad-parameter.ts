/** A query parameter that cannot be read. The message is Jaeger's, since clients show and compare it. */
export class BadParameter extends Error {
  readonly code = 'BadParameter';
}
