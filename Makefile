# Vantage. 'make' alone prints this help.
GO      ?= go
BIN     := bin/vantage
FOOTAGE := .cache/footage
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -X vantage/internal/obs.version=$(VERSION)
WEB_SRC := $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -type f \( -name '*.svelte' -o -name '*.ts' -o -name '*.css' -o -name '*.html' -o -name 'package*.json' \) -print 2>/dev/null)

# Node.js put there by scripts/deps.sh where the system's is too old.
export PATH := $(CURDIR)/.cache/node/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help run build test check race e2e fuzz bench bench-fanout lint fmt docs test-gpu deps deps-test web clean

help: ## print this help
	@printf 'Vantage: video-centric edge media server\n\n'
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-14s %s\n", $$1, $$2}'

run: build $(FOOTAGE)/.done ## install what is missing, build, serve a demo with sample cameras
	./$(BIN) demo --footage $(FOOTAGE)

build: deps web ## build bin/vantage with the console inside
	@echo "build: $(BIN)"
	@$(GO) build -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/vantage

test: deps-test build ## install what is missing, build, pass all tests
	@echo "test: console"
	@cd web && npm run --silent check && npm test --silent
	@echo "test: gofmt, staticcheck, go.mod"
	@$(MAKE) --no-print-directory lint
	@echo "test: go vet, with and without cgo"
	@$(GO) vet ./... && CGO_ENABLED=0 $(GO) vet ./...
	@echo "test: packages, race detector on"
	@$(GO) test -race -timeout 20m $$($(GO) list ./... | grep -v '^vantage/test/')
	@echo "test: end to end, in Chromium"
	@VANTAGE_E2E=must VANTAGE_BIN=$(CURDIR)/$(BIN) $(GO) test -timeout 20m ./test/...

check: ## the pure Go part of the tests: no cgo, FFmpeg, browser or network
	CGO_ENABLED=0 $(GO) vet ./...
	CGO_ENABLED=0 $(GO) test -short -timeout 5m $$(CGO_ENABLED=0 $(GO) list ./... | grep -v '^vantage/test/')

race: deps ## all package tests with the race detector
	$(GO) test -race -timeout 20m $$($(GO) list ./... | grep -v '^vantage/test/')

e2e: deps-test build ## end-to-end tests alone
	VANTAGE_E2E=must VANTAGE_BIN=$(CURDIR)/$(BIN) $(GO) test -timeout 20m -v ./test/...

FUZZTIME ?= 10s
fuzz: ## every fuzz target for FUZZTIME (10s)
	@scripts/fuzz.sh $(FUZZTIME)

bench: deps ## all benchmarks
	$(GO) test -run '^$$' -bench . -benchmem $$($(GO) list ./... | grep -v '^vantage/test/')

bench-fanout: build ## N WHEP viewers of one stream; PEER=/path/to/mediamtx runs it beside a peer
	scripts/bench-fanout.sh

lint: ## gofmt, go mod tidy, staticcheck
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); exit 1; }
	@$(GO) mod tidy -diff
	@$(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...

fmt: ## gofmt everything
	gofmt -w $$(git ls-files '*.go')

docs: ## refresh generated documents
	$(GO) generate ./...

test-gpu: deps ## the encoder conformance suite on NVENC, where a GPU is
	VANTAGE_TEST_GPU=1 $(GO) test -v -run 'GPU|NVENC' ./transcode/libav

deps:
	@scripts/deps.sh build

deps-test:
	@scripts/deps.sh test

web: web/dist/index.html

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	@echo "web: npm ci"
	@cd web && npm ci --silent --no-audit --no-fund && touch node_modules/.package-lock.json

web/dist/index.html: web/node_modules/.package-lock.json $(WEB_SRC)
	@echo "web: vite build"
	@cd web && npm run --silent build && touch dist/index.html

$(FOOTAGE)/.done: scripts/footage.sh
	@scripts/footage.sh $(FOOTAGE)

clean: ## remove what was built
	rm -rf bin web/dist/* web/node_modules
