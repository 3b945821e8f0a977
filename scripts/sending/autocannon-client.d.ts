// Autocannon's connection, which its own types leave out. What is declared here is what connection.ts relies on.
declare module 'autocannon/lib/httpClient.js' {
  import { EventEmitter } from 'node:events';
  import type { Socket } from 'node:net';

  interface ClientOptions {
    readonly protocol: string;
    readonly hostname: string;
    readonly port: number | undefined;
    readonly path: string;
    /** Seconds. */
    readonly timeout: number;
  }

  class Client extends EventEmitter {
    /** Undefined until the constructor connects. */
    protected conn: Socket | undefined;
    protected requestIterator: Client.AnswerRecorder;
    protected readonly pipelinedRequests: { insertRequest(request: object): void };
    constructor(options: ClientOptions);
    /** Called at construction, and after whatever ended the connection. */
    protected _connect(): void;
    /** Called whenever the connection could take another request. */
    protected _doRequest(): void;
    destroy(): void;
  }

  namespace Client {
    /** Told of every whole answer: `headers` are names and values in turn, as they came. */
    interface AnswerRecorder {
      // eslint-disable-next-line max-params -- autocannon's
      readonly recordBody: (request: unknown, status: number, body: string, headers: readonly string[]) => void;
    }
  }

  export = Client;
}
