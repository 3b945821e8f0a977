"use strict";

// libs/agent/test/fixtures/libraries/redis.mjs
var import_redis = require("redis");

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

// libs/agent/test/fixtures/libraries/redis.mjs
var client = (0, import_redis.createClient)({ url: process.argv[2] });
client.on("error", () => void 0);
var ready = client.connect();
serve(
  async () => {
    await ready;
    await client.set("cat", "secret");
    await client.eval("return ARGV[1]", { keys: ["cat"], arguments: ["secret"] });
    const failure = await failureOf(client.lPush("cat", "x"));
    const [value] = await client.multi().get("cat").exec();
    return [value, failure];
  },
  () => client.close()
);
