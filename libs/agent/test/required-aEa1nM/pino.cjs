"use strict";
var __create = Object.create;
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __getProtoOf = Object.getPrototypeOf;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toESM = (mod, isNodeMode, target) => (target = mod != null ? __create(__getProtoOf(mod)) : {}, __copyProps(
  // If the importer is in node compatibility mode or this is not an ESM
  // file that has been converted to a CommonJS file using a Babel-
  // compatible transform (i.e. "__esModule" has not been set), then set
  // "default" to the CommonJS "module.exports" for node compatibility.
  isNodeMode || !mod || !mod.__esModule ? __defProp(target, "default", { value: mod, enumerable: true }) : target,
  mod
));

// libs/agent/test/fixtures/libraries/pino.mjs
var import_pino = __toESM(require("pino"), 1);

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

// libs/agent/test/fixtures/libraries/pino.mjs
var log = (0, import_pino.default)({}, import_pino.default.destination({ dest: 2, sync: true }));
serve(() => log.info("inside"));
