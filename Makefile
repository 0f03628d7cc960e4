# The tasks of this project; `make help` lists them. scripts/setup installs what they need.
.PHONY: help build demo test unit lab lint fmt fixtures setup-build setup-test clean

SWIFT ?= swift
RELEASE = -c release --static-swift-stdlib -Xlinker -s
BINARY = .build/release/ct-inspect
SOURCES = Package.swift Sources Tests
SHELL_SCRIPTS = scripts/setup scripts/check-imports .ci/run $(wildcard Tests/Lab/run Tests/Lab/*.sh)

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile

build: setup-build ## The release binary, .build/release/ct-inspect
	$(SWIFT) build $(RELEASE) --product ct-inspect

demo: build ## Build, and run the main job on the bundled capture of a real director
	$(BINARY) flows --capture Tests/Fixtures/dr-untracked/capture
	@echo
	$(BINARY) flows --capture Tests/Fixtures/mixed/capture --summary

test: setup-test lint unit lab ## All tests: lint, unit, integration, lab

unit: setup-test ## Unit, differential and integration tests (namespaces need root)
	$(SWIFT) test

lab: setup-test build ## A real director on stock Debian kernels, in an emulator
	Tests/Lab/run

fixtures: setup-test build ## Take the bundled captures anew, from the lab
	Tests/Lab/run --kernel 6.1 --fixtures Tests/Fixtures

lint: setup-test ## Format, imports, JSON Schema, shell scripts
	$(SWIFT) format lint --strict --recursive $(SOURCES)
	scripts/check-imports
	scripts/check-schema
	shellcheck -x $(SHELL_SCRIPTS)

fmt: ## Format the Swift sources
	$(SWIFT) format --in-place --recursive $(SOURCES)

setup-build:
	@scripts/setup build

setup-test:
	@scripts/setup test

clean: ## Remove what was built
	rm -rf .build
