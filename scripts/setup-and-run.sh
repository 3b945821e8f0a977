#!/usr/bin/env bash
# A trace backend, the agent and the sample application in one go: Jaeger where Docker answers, else the hub.
#
#   scripts/setup-and-run.sh            from a fresh clone; Ctrl-C ends all of it
#   AGENT_FLAGS=--debug scripts/setup-and-run.sh
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.tools/node_modules/.bin:$PWD/node_modules/.bin:$PATH"

scripts/setup.sh quiet

answers() { node -e "fetch('$1').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"; }

backend=
stop() { [ -z "$backend" ] || kill "$backend" 2>/dev/null || true; }
trap stop EXIT
if answers http://localhost:16686/; then
  echo 'a trace backend is there already'
else
  node --conditions=@tracelab/source scripts/run-backend.ts &
  backend=$!
  for _ in $(seq 60); do
    answers http://localhost:16686/ && break
    kill -0 "$backend" 2>/dev/null || { echo 'the trace backend did not start; see above' >&2; exit 1; }
    sleep 0.5
  done
fi

mkdir -p .tracelab
echo "application  http://localhost:${PORT:-8000}  (documentation at /docs)"
echo 'traces       http://localhost:16686'
# shellcheck disable=SC2086 # several flags
DATABASE_FILE="${DATABASE_FILE:-.tracelab/sample-app.db}" \
  node libs/agent/bin/auto-agent.js --service-name sample-app ${AGENT_FLAGS:-} node examples/sample-app/dist/main.js
