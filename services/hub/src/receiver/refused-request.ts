/** A request that the receiver turns away as a whole, with the status and the gRPC code that say why. */
export class RefusedRequest extends Error {
  readonly code = 'RefusedRequest';
  readonly status: 400 | 413 | 503;

  constructor(status: RefusedRequest['status'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}
