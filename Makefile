# Every verb of the project. A target that needs Node, the dependencies or the build gets them first.
SHELL := /bin/bash
.DEFAULT_GOAL := help
export PATH := $(CURDIR)/.tools/node_modules/.bin:$(CURDIR)/node_modules/.bin:$(PATH)

##@ Work
setup:         ## Bring Node and pnpm where missing, install, build
	@scripts/setup.sh
install-dev:   ## The same, by the name older clones know
	@scripts/setup.sh
dev-setup:     ## Set up, then say what is missing, if anything
	@scripts/setup.sh && scripts/setup.sh check
build: ready   ## Compile what changed into each package's dist/
	@pnpm --silent build
check: ready   ## Everything CI checks except the tests: types, lint, dead code, format
	@pnpm --silent check
lint: ready    ## ESLint alone
	@pnpm --silent lint
format: ready  ## Rewrite every file in the house format
	@pnpm --silent format
type-check: ready ## TypeScript alone
	@tsc -p tsconfig.json
test: ready    ## Every test; T=path or name for some
	@pnpm --silent test $(T)
test-coverage: ready ## Every test, with a coverage report in coverage/
	@pnpm --silent test --coverage $(T)
clean:         ## Remove what was built; the dependencies stay
	@rm -rf coverage {libs,services}/*/dist node_modules/.cache node_modules/.tracelab-built
help:          ## Show this help
	@awk 'BEGIN {FS = ":.*##"} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z0-9-]+:.*##/ {printf "  %-15s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

ready:
	@scripts/setup.sh quiet

.PHONY: $(shell awk -F: '/^[a-z0-9-]+:/ {print $$1}' $(MAKEFILE_LIST))
