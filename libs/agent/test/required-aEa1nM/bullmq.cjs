"use strict";

// libs/agent/test/fixtures/libraries/bullmq.mjs
var import_bullmq = require("bullmq");

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

// libs/agent/test/fixtures/libraries/bullmq.mjs
var options = { prefix: String(process.pid), connection: { host: "127.0.0.1", port: Number(process.argv[2]) } };
var queue = new import_bullmq.Queue("letters", options);
var worker = new import_bullmq.Worker("letters", async ({ data }) => data.text.toUpperCase(), options);
var events = new import_bullmq.QueueEvents("letters", options);
var ready = Promise.all([queue.waitUntilReady(), worker.waitUntilReady(), events.waitUntilReady()]);
serve(
  async () => {
    await ready;
    const job = await queue.add("letter", { text: "secret" });
    return [await job.waitUntilFinished(events, 5e3)];
  },
  () => Promise.all([worker.close(), queue.close(), events.close()])
);
