"use strict";

// libs/agent/test/fixtures/libraries/mongodb.mjs
var import_mongodb = require("mongodb");

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

// libs/agent/test/fixtures/libraries/mongodb.mjs
var client = new import_mongodb.MongoClient(process.argv[2], { serverSelectionTimeoutMS: 3e3 });
var ready = client.connect();
var cats = client.db("shop").collection("cats");
serve(
  async () => {
    await ready;
    await cats.insertOne({ name: "secret" });
    const { name } = await cats.findOne({ name: "Tom" });
    return [name, await failureOf(cats.deleteOne({ name: "Tom" }))];
  },
  () => client.close()
);
