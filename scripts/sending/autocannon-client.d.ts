// Autocannon's connection, which its own types leave out. What is declared here is what connection.ts relies on.
declare module 'autocannon/lib/httpClient.js' {
  import type { EventEmitter } from 'node:events';
  import type { Socket } from 'node:net';

  interface ClientOptions {
    readonly protocol: string;
    readonly hostname: string;
    readonly port: number | undefined;
    readonly path: string;
    /** Seconds. */
    readonly timeout: number;
  }

  interface ClientRequest {
    /** Called with the whole answer, just before the event `response`. */
    readonly onResponse: (status: number, body: string) => void;
  }

  class Client extends EventEmitter {
    /** Undefined until the constructor connects. */
    protected conn: Socket | undefined;
    protected readonly pipelinedRequests: { insertRequest(request: ClientRequest): void };
    constructor(options: ClientOptions);
    /** Called at construction, and after whatever ended the connection. */
    protected _connect(): void;
    /** Called whenever the connection could take another request. */
    protected _doRequest(): void;
    destroy(): void;
  }

  export = Client;
}
