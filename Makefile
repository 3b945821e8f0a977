# Every verb of the project. A target gets first what it needs: Node and the dependencies (tools), or the build too (ready).
SHELL := /bin/bash
.DEFAULT_GOAL := help
COMPOSE := docker compose
DEV     := docker compose -f docker-compose.dev.yml
# All that any of the files may have made.
ALL     := docker compose -f docker-compose.yml -f docker-compose.scale.yml --profile '*'
# Quoted where it is used: a folder's name may hold spaces.
DATA    := $${TRACELAB_DATA:-.tracelab}
SCRIPT  := node --conditions=@tracelab/source scripts/
export PATH := $(CURDIR)/.tools/node_modules/.bin:$(CURDIR)/node_modules/.bin:$(PATH)

##@ Run
run: ready     ## The whole system on this machine, without Docker
	@$(SCRIPT)run.ts
run-dev: screens ## The same; a saved change is compiled and restarted
	@$(SCRIPT)run.ts --dev
run-jaeger: ready ## A trace backend alone: Jaeger by Docker, else the hub
	@$(SCRIPT)run-backend.ts
demo: ready    ## Start, send demo traffic and a short load, show what to look at
	@$(SCRIPT)demo.ts
health: tools  ## Ask every service and the backend; fails when one is down
	@$(SCRIPT)health.ts
status: tools  ## What runs where, locally and in Docker
	@$(SCRIPT)health.ts --status
env-info: tools ## Versions and settings, for a bug report
	@$(SCRIPT)env-info.ts
logs-app:      ## Follow the services' logs, of Docker or of make run
	@scripts/logs.sh gateway user order payment perf-tracer
logs-jaeger:   ## Follow the trace backend's log
	@scripts/logs.sh jaeger hub
clean-data:    ## Drop what make run has kept: database, traces, logs
	@rm -rf -- "$(DATA)"

##@ Docker
docker-up: .env ## Build and start everything in containers
	@$(COMPOSE) up --build --detach --wait && scripts/addresses.sh
docker-up-dev: .env ## Only Jaeger, Redis and Postgres, for make run-dev
	@$(DEV) up --detach --wait && scripts/addresses.sh dev
docker-build: .env ## Build the images
	@$(COMPOSE) build
docker-logs: .env ## Follow the containers' logs; S=order for one
	@$(COMPOSE) logs --follow $(S)
docker-down: .env ## Stop the containers; the data stays
	@$(COMPOSE) down --remove-orphans; $(DEV) down --remove-orphans
docker-clean: .env ## Remove our containers, images and data, and nobody else's
	@$(ALL) down --volumes --remove-orphans; $(DEV) down --volumes --remove-orphans
	@docker image ls --quiet --filter 'reference=tracelab/*' | sort -u | xargs -r docker image rm --force >/dev/null
shell-app: .env ## A shell in a container; S=order for another than the gateway
	@$(COMPOSE) exec $(or $(S),gateway) sh

##@ Exercise
traffic: tools ## Visitors for a minute, who browse, order and pay; U=url for another gateway
	@$(SCRIPT)traffic.ts --mode activity --duration 60 $(if $(U),--url $(U))
traffic-demo: tools ## One scenario after another, each with the link to its trace
	@$(SCRIPT)traffic.ts --mode demo $(if $(U),--url $(U))
traffic-stress: tools ## 20 requests a second for 30 s, whether or not the shop keeps up
	@$(SCRIPT)traffic.ts --mode stress --rps 20 --duration 30 $(if $(U),--url $(U))
load-test: tools ## 10 users, 50 requests each; the trace behind every number
	@$(SCRIPT)load-test.ts --users 10 --requests 50 --ramp-up 10 --html "$(DATA)/load-test.html" $(if $(U),--url $(U))
load-test-heavy: tools ## 25 users, 100 requests each, who think half as long
	@$(SCRIPT)load-test.ts --users 25 --requests 100 --ramp-up 15 --think 0.1-1 --html "$(DATA)/load-test-heavy.html" $(if $(U),--url $(U))

##@ Work
setup:         ## Bring Node and pnpm where missing, install, build
	@scripts/setup.sh
install-dev:   ## The same, by the name older clones know
	@scripts/setup.sh
dev-setup:     ## Set up, then say what is missing, if anything
	@scripts/setup.sh && scripts/setup.sh check
build: ready   ## Compile what changed into each package's dist/
	@pnpm --silent build
check: tools   ## Everything CI checks except the tests: types, lint, dead code, format
	@pnpm --silent check
lint: tools    ## ESLint alone
	@pnpm --silent lint
format: tools  ## Rewrite every file in the house format
	@pnpm --silent format
type-check: tools ## TypeScript alone
	@tsc -p tsconfig.json
test: ready    ## The tests that need no processes; T=path for any you name
	@pnpm --silent $(if $(T),jest $(T),test)
e2e: ready     ## The tests that start services, databases and browsers
	@pnpm --silent e2e
smoke: ready   ## Start, use, break and stop the local stack, and look at what is left
	@$(SCRIPT)smoke-local.ts
smoke-readme: ready ## Run the README's commands as they stand there
	@$(SCRIPT)smoke-readme.ts
smoke-docker: ready ## The same in containers; skipped where there is no engine
	@$(SCRIPT)smoke-docker.ts
test-coverage: ready ## Every test, with a coverage report in coverage/
	@pnpm --silent jest --coverage $(T)
clean:         ## Remove what was built; the dependencies stay
	@rm -rf coverage {libs,services,examples}/*/dist node_modules/.cache node_modules/.tracelab-built
help:          ## Show this help
	@awk 'BEGIN {FS = ":.*##"} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z0-9-]+:.*##/ {printf "  %-15s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

.env:
	@cp .env.example .env && echo 'made .env from .env.example'

tools:
	@scripts/setup.sh tools

screens:
	@scripts/setup.sh screens

ready:
	@scripts/setup.sh quiet

.PHONY: $(shell awk -F: '/^[a-z0-9-]+:/ {print $$1}' $(MAKEFILE_LIST))
