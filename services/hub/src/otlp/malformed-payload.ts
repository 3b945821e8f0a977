/** The body is not what its content type says. The message names the place, never the content. */
export class MalformedPayload extends Error {
  readonly code = 'MalformedPayload';
}
