# The tasks of this project; `make help` lists them. scripts/setup installs what they need.
.PHONY: help build demo test unit instructions lab lint fmt fixtures bench bench-build setup-build setup-test clean

SWIFT ?= swift
# Relative relocations packed (glibc 2.36, lld): a megabyte less to read, and to hold, at each start.
PACKED = -Xswiftc -Xclang-linker -Xswiftc -fuse-ld=lld -Xlinker -z -Xlinker pack-relative-relocs
RELEASE = -c release --static-swift-stdlib -Xlinker -s $(PACKED)
BINARY = .build/release/ct-inspect
BENCHMARKS = Benchmarks/.build/release/benchmarks
# Of the benchmarks' C programs. clang comes with Swift.
CLANG ?= clang
CLANG_FLAGS = -std=c11 -O2 -Wall -Wextra -Werror
BENCH_TOOLS = $(patsubst Benchmarks/Tools/%.c,Benchmarks/.build/tools/%,$(wildcard Benchmarks/Tools/*.c))
# What needs root gets it by sudo, where it is not there already.
AS_ROOT = $(if $(filter 0,$(shell id -u)),,sudo)
SOURCES = Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Sources Benchmarks/Tests
SHELL_SCRIPTS = scripts/setup scripts/check-imports scripts/check-sizes .ci/run $(wildcard Tests/Lab/run Tests/Lab/*.sh)

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile

build: setup-build ## The release binary, .build/release/ct-inspect
	$(SWIFT) build $(RELEASE) --product ct-inspect

demo: build ## Build, and run the main job on the bundled capture of a real director
	$(BINARY) flows --capture Tests/Fixtures/dr-untracked/capture
	@echo
	$(BINARY) flows --capture Tests/Fixtures/mixed/capture --summary

test: setup-test lint unit instructions lab ## All tests: lint, unit, integration, instructions, lab

unit: setup-test ## Unit, differential and integration tests (namespaces need root)
	$(SWIFT) test
	$(SWIFT) test --package-path Benchmarks

instructions: setup-test build bench-build ## Instructions an entry, by callgrind, against their bounds (root)
	$(AS_ROOT) $(BENCHMARKS) instructions

bench: setup-test build bench-build ## Speed beside the kernel's own and conntrack's (root; options in BENCH="--runs 3")
	$(AS_ROOT) $(BENCHMARKS) $(BENCH)

bench-build: $(BENCH_TOOLS)
	$(SWIFT) build -c release --package-path Benchmarks

Benchmarks/.build/tools/%: Benchmarks/Tools/%.c
	@mkdir -p $(@D)
	$(CLANG) $(CLANG_FLAGS) -o $@ $<

lab: setup-test build ## A real director on stock Debian kernels, in an emulator
	Tests/Lab/run

fixtures: setup-test build ## Take the bundled captures anew, from the lab
	Tests/Lab/run --kernel 6.1 --fixtures Tests/Fixtures

lint: setup-test ## Format, imports, sizes of files, JSON Schema, what documents name, shell scripts
	$(SWIFT) format lint --strict --recursive $(SOURCES)
	scripts/check-imports
	scripts/check-sizes
	scripts/check-schema
	scripts/check-docs
	shellcheck -x $(SHELL_SCRIPTS)

fmt: ## Format the Swift sources
	$(SWIFT) format --in-place --recursive $(SOURCES)

setup-build:
	@scripts/setup build

setup-test:
	@scripts/setup test

clean: ## Remove what was built
	rm -rf .build Benchmarks/.build
