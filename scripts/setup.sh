#!/usr/bin/env bash
# Makes a clone ready to work: Node and pnpm, the dependencies, the build. A step that has nothing to do says
# nothing under `quiet`.
#
#   scripts/setup.sh            set up, one line per step
#   scripts/setup.sh quiet      the same; prints only the steps that had something to do
#   scripts/setup.sh tools      quiet, and nothing is built: for what runs from source
#   scripts/setup.sh screens    quiet, and only the hub's screens are built: a browser runs no source
#   scripts/setup.sh check      only report; exits 1 when a step is missing
set -euo pipefail
cd "$(dirname "$0")/.."

mode=${1:-all}
tools=$PWD/.tools
export PATH="$tools/node_modules/.bin:$PATH"
node_wanted=$(cat .node-version)
pnpm_wanted=$(sed -nE 's/.*"packageManager": "pnpm@([0-9.]+)".*/\1/p' package.json)
missing=0

fail() {
  echo "setup: $*" >&2
  exit 1
}

# step NAME DONE_TEST ACTION DETAIL: each a function or a plain string.
step() {
  local name=$1 is_done=$2 action=$3 detail=$4
  if $is_done; then
    if [ "$mode" = all ] || [ "$mode" = check ]; then printf '%-14s ok       %s\n' "$name" "$($detail)"; fi
    return
  fi
  if [ "$mode" = check ]; then
    printf '%-14s missing  run scripts/setup.sh\n' "$name"
    missing=1
    return
  fi
  local started=$SECONDS
  [ -t 2 ] && printf '%-14s …\r' "$name" >&2
  $action
  printf '%-14s done     %s, %ss\n' "$name" "$($detail)" $((SECONDS - started)) >&2
}

node_major() { node --version 2>/dev/null | sed -E 's/^v([0-9]+).*/\1/'; }
node_ready() { [ "$(node_major || true)" -ge "${node_wanted%%.*}" ] 2>/dev/null; }
node_detail() { node --version; }
pnpm_ready() { [ "$(pnpm --version 2>/dev/null | cut -d. -f1)" = "${pnpm_wanted%%.*}" ]; }
pnpm_detail() { pnpm --version; }

# Node and pnpm come as npm packages, so that nothing outside this folder changes.
bring() {
  command -v npm >/dev/null || fail "npm is missing: install Node.js 20 or newer with npm, then run this again."
  mkdir -p "$tools"
  [ -f "$tools/package.json" ] || echo '{"private":true}' >"$tools/package.json"
  npm install --prefix "$tools" --no-audit --no-fund --loglevel=error "$1" >"$tools/npm.log" 2>&1 ||
    { cat "$tools/npm.log" >&2; fail "npm could not install $1: see above; is the npm registry reachable?"; }
  hash -r
}
bring_node() {
  bring "node@$node_wanted"
  node_ready || fail "node@$node_wanted came without its binary: delete .tools and run this again, or install Node $node_wanted yourself."
}
bring_pnpm() { bring "pnpm@$pnpm_wanted"; }

# One command reads every manifest, so that nothing to do costs milliseconds.
manifests() { find package.json scripts libs services examples -maxdepth 2 -name package.json -not -path '*/node_modules/*' 2>/dev/null | sort || true; }
fingerprint() { manifests | xargs cat .node-version pnpm-lock.yaml pnpm-workspace.yaml | cksum; }
dependencies_ready() { [ -d node_modules ] && [ "$(cat node_modules/.tracelab-installed 2>/dev/null)" = "$(fingerprint)" ]; }
install_dependencies() {
  pnpm install --frozen-lockfile --reporter=silent >"$tools.log" 2>&1 || {
    # Silent hides the reason; a second run tells it.
    pnpm install --frozen-lockfile --reporter=append-only >&2 || fail "pnpm could not install: see above."
  }
  rm -f "$tools.log"
  fingerprint >node_modules/.tracelab-installed
}
dependencies_detail() { echo "$(find node_modules/.pnpm -maxdepth 1 -mindepth 1 | wc -l) packages"; }

sources() { find libs services examples -name node_modules -prune -o -name dist -prune -o \( -path '*/src/*' -o -name 'package.json' -o -name 'tsconfig*.json' \) "$@" -print; }
build_ready() {
  [ -f node_modules/.tracelab-built ] || return 1
  [ -z "$(sources -newer node_modules/.tracelab-built | head -1)" ] || return 1
  local manifest
  for manifest in {libs,services,examples}/*/tsconfig.build.json; do
    [ -d "$(dirname "$manifest")/dist" ] || return 1
  done
}
build() {
  touch node_modules/.tracelab-building
  pnpm --silent build >&2 || fail "the build failed: see above."
  mv node_modules/.tracelab-building node_modules/.tracelab-built
}
screens_ready() {
  local built=libs/hub-ui/dist/index.html
  [ -f "$built" ] && [ -z "$(find libs/hub-ui/{src,public,index.html} libs/{contracts,trace-model}/src -newer "$built" -print -quit)" ]
}
build_screens() { pnpm --silent --filter @tracelab/hub-ui build >&2 || fail "the screens could not be built: see above."; }
screens_detail() { echo 'the hub serves them'; }

build_detail() { echo "$(ls -d libs/*/dist services/*/dist 2>/dev/null | wc -l) packages"; }

case $mode in
  all | quiet | tools | screens | check) ;;
  *) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac

step Node node_ready bring_node node_detail
step pnpm pnpm_ready bring_pnpm pnpm_detail
step dependencies dependencies_ready install_dependencies dependencies_detail
case $mode in
  tools) ;;
  screens) step screens screens_ready build_screens screens_detail ;;
  *) step build build_ready build build_detail ;;
esac
exit $missing
