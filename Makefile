# The tasks of this project; `make help` lists them. scripts/setup installs what they need.
.PHONY: help build install uninstall deb demo test unit fuzz fuzz-short sanitize instructions man man-check completions completions-check metrics-check fleet-check package bare lab lab-once lab-million soak faults faults-short lint fmt fixtures bench bench-build setup-build setup-test setup-deb clean

SWIFT ?= swift
# Packed relative relocations (glibc 2.36, lld): a megabyte less to read, and to keep in memory, at each start.
PACKED = -Xswiftc -Xclang-linker -Xswiftc -fuse-ld=lld -Xlinker -z -Xlinker pack-relative-relocs
# Hardened like Debian's own programs: imports are bound at startup and then read-only, and there is no library search path ($ORIGIN).
HARDENED = -Xlinker -z -Xlinker now --disable-local-rpath
RELEASE = -c release --static-swift-stdlib -Xlinker -s $(PACKED) $(HARDENED)
BINARY = .build/release/ct-inspect
BENCHMARKS = Benchmarks/.build/release/benchmarks
# For the benchmarks' C programs. clang comes with Swift.
CLANG ?= clang
CLANG_FLAGS = -std=c11 -O2 -Wall -Wextra -Werror
BENCH_TOOLS = $(patsubst Benchmarks/Tools/%.c,Benchmarks/.build/tools/%,$(wildcard Benchmarks/Tools/*.c))
# Commands that need root use sudo, unless already root.
AS_ROOT = $(if $(filter 0,$(shell id -u)),,sudo)
SOURCES = Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Sources Benchmarks/Tests
SHELL_SCRIPTS = scripts/setup scripts/check-imports scripts/check-sizes scripts/sanitize scripts/swift-test Tests/Fuzz/run .ci/run $(wildcard Tests/Lab/run Tests/Lab/*.sh) \
    Packaging/build-deb $(wildcard $(foreach suite,Debian Package Bare,Tests/$(suite)/run Tests/$(suite)/*.sh))

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

include Packaging/install.mk

build: setup-build ## The release binary, .build/release/ct-inspect
	$(SWIFT) build $(RELEASE) --product ct-inspect

demo: build ## Build, and run the main job on the bundled capture of a real director
	$(BINARY) flows --capture Tests/Fixtures/dr-untracked/capture
	@echo
	$(BINARY) flows --capture Tests/Fixtures/mixed/capture --summary

test: setup-test lint unit fuzz-short instructions man-check completions-check metrics-check fleet-check package bare lab-once ## All tests: lint, unit, integration, fuzzing, instructions, man pages, completions, alerts, fleet, package, bare Debian, lab

unit: setup-test ## Unit, differential and integration tests (namespaces need root)
	SWIFT="$(SWIFT)" scripts/swift-test
	SWIFT="$(SWIFT)" scripts/swift-test --package-path Benchmarks

fuzz: setup-test ## Fuzz each decoder for an hour (FUZZ_SECONDS=60, TARGETS="entries filter")
	FUZZ_BUILD=release FUZZ_SEED=0 FUZZ_INPUTS=-1 FUZZ_SECONDS=$${FUZZ_SECONDS:-3600} Tests/Fuzz/run $(TARGETS)

fuzz-short: setup-test ## The same for ten seconds each
	Tests/Fuzz/run $(TARGETS)

sanitize: setup-test ## The suites that decode, with sanitizers (SANITIZERS="thread", SUITES="NetlinkTests")
	scripts/sanitize

instructions: setup-test build bench-build ## Instructions per entry, counted by callgrind, against their bounds (root)
	$(AS_ROOT) $(BENCHMARKS) instructions

bench: setup-test build bench-build ## Speed compared with the kernel's own and conntrack's (root; options in BENCH="--runs 3")
	$(AS_ROOT) $(BENCHMARKS) $(BENCH)

bench-build: $(BENCH_TOOLS)
	$(SWIFT) build -c release --package-path Benchmarks

Benchmarks/.build/tools/%: Benchmarks/Tools/%.c
	@mkdir -p $(@D)
	$(CLANG) $(CLANG_FLAGS) -o $@ $<

package: setup-test deb ## `make install` and the Debian package, in a fresh Debian (root)
	$(AS_ROOT) Tests/Package/run

# sudo has its own PATH, possibly without Swift, so Swift's directory is determined first.
bare: setup-test deb ## The README's first command and `make deb`, in a fresh Debian with nothing but Swift (root)
	$(AS_ROOT) Tests/Bare/run "$$($(SWIFT) -print-target-info | jq -r .paths.runtimeResourcePath)"

lab: setup-test build ## A real director on stock Debian kernels, in an emulator
	Tests/Lab/run

lab-once: setup-test build ## The same, but most scenarios on one of the two kernels only, by turns
	Tests/Lab/run --once

lab-million: setup-test build ## A million connections in the lab: a quarter of an hour for each kernel, not in "make test"
	for kernel in 6.1 6.12; do CT_LAB_MEMORY=2560 Tests/Lab/run --kernel $$kernel --scenario connections-million || exit 1; done

soak: setup-test build ## An hour of events, watch, observe and export under load, not in "make test" (root; SOAK="--seconds 600")
	$(AS_ROOT) Tests/Soak/run $(BINARY) $(SOAK)

faults: setup-test build ## A fault in every system call of every command, not in "make test" (root; FAULTS="--most 20")
	$(AS_ROOT) Tests/Faults/run $(BINARY) $(FAULTS)

faults-short: setup-test build ## The same for a minute: one occurrence of each call and fault (root)
	$(AS_ROOT) Tests/Faults/run $(BINARY) --most 1 --seconds 60 $(FAULTS)

fixtures: setup-test build ## Retake the bundled captures, in the lab
	Tests/Lab/run --kernel 6.1 --fixtures Tests/Fixtures

lint: setup-test ## Format, imports, file sizes, JSON Schema, names in documents, shell scripts
	$(SWIFT) format lint --strict --recursive $(SOURCES)
	scripts/check-imports
	scripts/check-sizes
	scripts/check-schema
	scripts/check-docs
	shellcheck -x $(SHELL_SCRIPTS)

man: build ## Regenerate the man pages, from man/src and from the program
	scripts/man $(BINARY)

man-check: setup-test build ## Man pages: current, without mandoc and man warnings, with every option
	scripts/check-man $(BINARY)

fmt: ## Format the Swift sources
	$(SWIFT) format --in-place --recursive $(SOURCES)

completions: build ## Regenerate the shell completions, from the program
	scripts/completions $(BINARY)

completions-check: setup-test build ## The completions: current, and in real shells (root)
	scripts/completions --check $(BINARY)
	$(AS_ROOT) Tests/Completions/run $(BINARY)

metrics-check: setup-test build ## Alerts, recording rules and dashboards, on a real Prometheus (METRICS="--page FILE")
	Tests/Metrics/run $(METRICS) $(BINARY)

fleet-check: setup-test ## The tables, questions and shippers of docs/fleet.md, in ClickHouse, on records of three directors
	Tests/Fleet/run

setup-build:
	@scripts/setup build

setup-test:
	@scripts/setup test

setup-deb:
	@scripts/setup deb

clean: ## Remove what was built
	rm -rf .build Benchmarks/.build
