#!/usr/bin/env bash
# Follows the logs of the named parts: of the containers where they run, else of `make run`.
set -euo pipefail
running=$(docker compose ps --services 2>/dev/null || true)
wanted=$(printf '%s\n' "$@" | grep -Fx -f <(printf '%s\n' "$running") || true)
if [ -n "$running" ] && [ -n "$wanted" ]; then
  # shellcheck disable=SC2086 # one word per service
  exec docker compose logs --follow $wanted
fi
files=()
for name in "$@"; do
  file="${TRACELAB_DATA:-.tracelab}/logs/$name.log"
  [ -f "$file" ] && files+=("$file")
done
if [ ${#files[@]} -eq 0 ]; then
  echo "There is no log of $*: start the system with \`make run\` or \`make docker-up\`." >&2
  exit 1
fi
exec tail -n 50 -F "${files[@]}"
