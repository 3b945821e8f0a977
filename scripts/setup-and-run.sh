#!/usr/bin/env bash
# A trace backend, the agent and the sample application in one go: Jaeger where Docker answers, else the hub.
#
#   scripts/setup-and-run.sh            from a fresh clone; Ctrl-C ends all of it
#   AGENT_FLAGS=--debug scripts/setup-and-run.sh
#   SKIP_SETUP=1 scripts/setup-and-run.sh      where the build is known to be fresh
#   PORT=9000 HUB_PORT=17000 HUB_OTLP_PORT=17001 scripts/setup-and-run.sh
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.tools/node_modules/.bin:$PWD/node_modules/.bin:$PATH"
traces=http://localhost:${HUB_PORT:-16686}
data=${TRACELAB_DATA:-.tracelab}

[ -n "${SKIP_SETUP:-}" ] || scripts/setup.sh quiet

answers() { node -e "fetch('$1').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"; }

# The application first, so that the backend still takes its last spans.
started=()
stop() {
  trap - EXIT INT TERM
  local n
  for ((n = ${#started[@]} - 1; n >= 0; n--)); do
    kill "${started[n]}" 2>/dev/null || true
    wait "${started[n]}" 2>/dev/null || true
  done
}
trap stop EXIT
trap 'stop; exit 130' INT
trap 'stop; exit 143' TERM

if answers "$traces/"; then
  echo 'a trace backend is there already'
else
  node --conditions=@tracelab/source scripts/run-backend.ts &
  started+=($!)
  for n in $(seq 120); do
    answers "$traces/" && break
    kill -0 "${started[0]}" 2>/dev/null || { echo 'the trace backend did not start; see above' >&2; exit 1; }
    [ "$n" -lt 120 ] || { echo "nothing answers at $traces" >&2; exit 1; }
    sleep 0.5
  done
fi

mkdir -p "$data"
echo "application  http://localhost:${PORT:-8000}  (documentation at /docs)"
echo "traces       $traces"
# Not in the foreground: bash would answer a signal only after the application has ended by itself.
# shellcheck disable=SC2086 # several flags
DATABASE_FILE="${DATABASE_FILE:-$data/sample-app.db}" \
  node libs/agent/bin/auto-agent.js --service-name sample-app --endpoint "http://localhost:${HUB_OTLP_PORT:-4318}" \
  ${AGENT_FLAGS:-} node examples/sample-app/dist/main.js &
started+=($!)
wait $!
