"use strict";

// libs/agent/test/fixtures/libraries/kafkajs.mjs
var import_kafkajs = require("kafkajs");

// libs/agent/test/fixtures/libraries/serve.mjs
var import_node_http = require("node:http");
function serve(answer, close = () => void 0) {
  const server = (0, import_node_http.createServer)((_request, response) => {
    Promise.resolve(answer()).then(
      (body) => response.end(JSON.stringify(body)),
      (error) => response.writeHead(500).end(String(error))
    );
  });
  server.listen(0, "127.0.0.1", () => process.stdout.write(`http://127.0.0.1:${server.address().port}
`));
  process.once("SIGTERM", () => {
    server.close();
    Promise.resolve(close()).catch(() => void 0);
  });
}
var failureOf = (promise) => promise.then(
  () => "none",
  (error) => error.code ?? error.name
);

// libs/agent/test/fixtures/libraries/kafkajs.mjs
var kafka = new import_kafkajs.Kafka({ brokers: [process.argv[2]], retry: { retries: 0 }, logLevel: import_kafkajs.logLevel.NOTHING });
var producer = kafka.producer();
serve(async () => [await failureOf(producer.send({ topic: "cats", messages: [{ value: "secret" }] }))]);
