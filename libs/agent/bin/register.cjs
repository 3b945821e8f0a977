// The stable path for `node --require` and `--import`, injectors and NODE_OPTIONS. Old syntax on purpose: whatever Node this is,
// the program must start.
'use strict';
var version = process.versions.node.split('.').map(Number);
var isOldEnough = version[0] > 22 || (version[0] === 22 && version[1] >= 15);
if (isOldEnough) {
  try {
    require('@tracelab/agent/start');
  } catch (error) {
    process.stderr.write(
      'auto-agent: not tracing, the agent could not be loaded (' +
        String((error && error.message) || error).split('\n')[0] +
        '). The program runs without it; run auto-agent doctor.\n',
    );
  }
} else {
  process.stderr.write(
    'auto-agent: not tracing, Node ' +
      process.versions.node +
      ' is too old. Use Node 24; the program runs without it.\n',
  );
}
