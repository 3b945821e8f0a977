#!/usr/bin/env bash
# What `make docker-up` and `make docker-up-dev` have started, and what to do next.
set -euo pipefail
password=$(sed -n 's/^POSTGRES_PASSWORD=//p' .env)
if [ "${1:-}" = dev ]; then
  cat <<EOF

  jaeger       http://localhost:16686   OTLP on 4317 and 4318
  postgres     127.0.0.1:5432
  redis        127.0.0.1:6379

The services beside it, restarted when a file is saved:
  POSTGRES_URL=postgres://tracelab:$password@127.0.0.1:5432 REDIS_URL=redis://127.0.0.1:6379 make run-dev
EOF
else
  cat <<EOF

  gateway      http://localhost:8000    docs at /docs
  user         http://localhost:8001
  order        http://localhost:8002
  payment      http://localhost:8003
  perf-tracer  http://localhost:8004
  jaeger       http://localhost:16686   traces

A request through all of them: curl -i http://localhost:8000/demo/full-flow/1
EOF
fi
