"use strict";

// libs/agent/test/fixtures/libraries/ioredis.mjs
var import_ioredis = require("ioredis");

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

// libs/agent/test/fixtures/libraries/ioredis.mjs
var redis = new import_ioredis.Redis(process.argv[2]);
var ready = new Promise((resolve) => redis.once("ready", resolve));
serve(
  async () => {
    await ready;
    await redis.set("cat", "secret");
    await redis.eval("return ARGV[1]", 1, "cat", "secret");
    const failure = await failureOf(redis.lpush("cat", "x"));
    const [[, value]] = await redis.pipeline().get("cat").exec();
    return [value, failure];
  },
  () => redis.quit()
);
