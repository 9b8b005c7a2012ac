# Alioth's front door. `make` lists the targets. It works as root and as a user; what needs root then goes through sudo,
# and what builds never runs as root in a user's clone.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

CONFIGURATION ?= debug
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
DESTDIR ?=
BENCH ?= full
FUZZ_TIME ?= 60
FUZZ_CHECKS ?=

LAB := Tests/EndToEndTests/Lab
ALONE := ^(HostNetworkTests|OVSDBNIOTests|NetworkSpecificationTests|OpenFlowNIOTests|PacketCaptureTests|SwitchEngineTests|SwitchModelTests)\.|^AgentCoreTests\.PuntDeskOpenVSwitchTests
SIMULATED := ^AgentSimulationTests\.
PROGRAMS := aliothd alioth-controller alioth
BIN = .build/$(CONFIGURATION)

# A Swift toolchain on the path, or unpacked in /opt/swift.
SWIFT := $(or $(shell command -v swift 2>/dev/null),$(wildcard /opt/swift/usr/bin/swift))

BUILD_PACKAGES := binutils ca-certificates git libc6-dev libedit2 libgcc-12-dev libncurses6 libnl-3-dev \
  libnl-route-3-dev libpcap-dev libpython3.11 libsqlite3-dev libstdc++-12-dev libxml2-dev libz3-4 pkg-config tzdata \
  zlib1g-dev
RUN_PACKAGES := curl dhcpcd-base ethtool iperf3 iproute2 iputils-ping isc-dhcp-client jq kmod openvswitch-switch procps \
  protobuf-compiler python3-grpcio python3-protobuf python3-scapy systemd tcpdump udhcpc

# As root in somebody's clone (sudo make …) the compiler runs as that somebody, so that they can build again afterwards.
# Where that is not possible root builds, and git is told not to mind whose files they are.
USER_ID := $(shell id -u)
ifeq ($(USER_ID),0)
  AS_ROOT :=
  OWNER := $(shell stat -c %u $(if $(wildcard .build),.build,.))
  ifneq ($(OWNER),0)
    OWNER_HOME := $(or $(shell getent passwd $(OWNER) | cut -d: -f6),$(CURDIR)/.build/home)
    AS_BUILDER := setpriv --reuid=$(OWNER) --regid=$(shell stat -c %g .) --clear-groups env HOME=$(OWNER_HOME)
    ifneq ($(shell $(AS_BUILDER) test -x "$(SWIFT)" -a -w . && echo yes),yes)
      AS_BUILDER :=
      export GIT_CONFIG_COUNT := 1
      export GIT_CONFIG_KEY_0 := safe.directory
      export GIT_CONFIG_VALUE_0 := *
    endif
  endif
else
  AS_ROOT := sudo
endif

.PHONY: help deps toolchain root build build-tests demo test fuzz lint bench proto install clean

help: ## list the targets
	@printf 'Alioth: a host networking agent for virtual private clouds, and its controller\n\n'
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18
	@printf '\nCONFIGURATION=debug|release chooses the build, PREFIX and DESTDIR where `make install` puts it.\n'

deps: ## install the Debian packages that building, the demo and the tests need
	@$(LAB)/install-packages $(BUILD_PACKAGES) $(RUN_PACKAGES)

toolchain:
	@if [ -z "$(SWIFT)" ]; then \
	  echo 'Swift is not installed: 6.2 or newer is needed, on the PATH or unpacked in /opt/swift.' >&2; \
	  echo 'See https://www.swift.org/install/linux/ for Debian 12.' >&2; \
	  exit 1; \
	fi

root:
	@if [ -n "$(AS_ROOT)" ] && ! command -v $(AS_ROOT) >/dev/null; then \
	  echo 'Network namespaces need root: run this as root, or install sudo.' >&2; \
	  exit 1; \
	fi

# By product: without one, SwiftPM also builds every target of the dependencies that nothing here uses, which doubles the
# time of a first build.
build: toolchain ## build the three programs
	for product in $(PROGRAMS); do $(AS_BUILDER) $(SWIFT) build -c $(CONFIGURATION) --product $$product; done

build-tests: build
	$(AS_BUILDER) $(SWIFT) build -c $(CONFIGURATION) --product aliothPackageTests

demo: deps root build ## two compute nodes and a controller on this machine, guests that ping each other; then all is removed
	@$(AS_ROOT) env LAB_BIN="$(CURDIR)/$(BIN)" $(LAB)/demo

# Tests that start other programs or count a process's own threads and descriptors run one after the other; all others run
# side by side, but for the simulation, which leaves nothing of the processors to others. The end-to-end tests run as root
# straight from the test binary: nothing is built or written in the clone as root.
test: deps root build-tests ## the unit tests, then the end-to-end tests in network namespaces
	$(AS_BUILDER) $(SWIFT) test -c $(CONFIGURATION) --skip-build --skip '$(ALONE)|$(SIMULATED)|^EndToEndTests\.'
	$(AS_BUILDER) $(SWIFT) test -c $(CONFIGURATION) --skip-build --filter '$(SIMULATED)'
	$(AS_BUILDER) $(SWIFT) test -c $(CONFIGURATION) --skip-build --no-parallel --filter '$(ALONE)'
	$(AS_ROOT) env LAB_BIN="$(CURDIR)/$(BIN)" $(LAB)/run-tests "$(CURDIR)/$(BIN)/aliothPackageTests.xctest"

# Only the codecs and the fuzzers are built, instrumented and apart from all other builds; lld, because gold does not link
# libFuzzer.
fuzz: toolchain ## fuzz the decoders and state machines for FUZZ_TIME seconds each, over the corpus in Tests/Fuzz
	for folder in Tests/Fuzz/Targets/*/; do \
	  $(AS_BUILDER) env FUZZ=1 $(SWIFT) build -c release --product "$$(basename "$$folder")Fuzz" \
	    --scratch-path .build-fuzz -Xswiftc -use-ld=lld; \
	done
	@$(AS_BUILDER) Tests/Fuzz/run .build-fuzz/release .build-fuzz $(FUZZ_TIME) $(FUZZ_CHECKS)

lint: toolchain ## check the format of the sources, the scripts and the systemd units
	$(AS_BUILDER) $(SWIFT) format lint -s -r Package.swift Sources Tests
	@for script in .ci/run Tests/Fuzz/{run,keep} $(LAB)/*; do [ ! -f "$$script" ] || bash -n "$$script"; done
	@if command -v shellcheck >/dev/null; then (cd $(LAB) && shellcheck -x -S warning $$(grep -lsE '^#!.*bash' *)); fi
	@$(LAB)/check-units

# Rates mean nothing without optimisation, so alioth-bench is always built for release, and linked as programs are
# installed.
bench: deps root build ## the switch engine and the whole product measured, as one table (BENCH=quick: six minutes of twenty)
	for product in alioth-bench aliothd alioth-controller alioth; do \
	  $(AS_BUILDER) $(SWIFT) build -c release --static-swift-stdlib --product $$product || exit 1; \
	done
	@$(AS_ROOT) env LAB_BIN="$(CURDIR)/$(BIN)" BENCH_BIN="$(CURDIR)/.build/release" $(LAB)/bench $(BENCH)

proto: toolchain ## generate the Swift code of the goal-state messages again
	$(AS_BUILDER) Sources/GoalStateProtobuf/Protos/generate.sh

# Linked with the Swift runtime, so that a node needs no toolchain.
install: CONFIGURATION = release
install: toolchain ## build for release and install programs, units, default configuration and completions
	for product in $(PROGRAMS); do \
	  $(AS_BUILDER) $(SWIFT) build -c $(CONFIGURATION) --static-swift-stdlib --product $$product; \
	done
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/systemd/system $(DESTDIR)$(PREFIX)/lib/sysusers.d \
	  $(DESTDIR)$(PREFIX)/lib/tmpfiles.d $(DESTDIR)$(SYSCONFDIR)/alioth \
	  $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions \
	  $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	install -s -m 755 $(addprefix $(BIN)/,$(PROGRAMS)) $(DESTDIR)$(PREFIX)/bin/
	for unit in aliothd alioth-controller; do \
	  sed 's|=/usr/bin/|=$(PREFIX)/bin/|; s|/etc/alioth/|$(SYSCONFDIR)/alioth/|' systemd/$$unit.service \
	    > $(DESTDIR)$(PREFIX)/lib/systemd/system/$$unit.service; \
	  chmod 644 $(DESTDIR)$(PREFIX)/lib/systemd/system/$$unit.service; \
	  [ -e $(DESTDIR)$(SYSCONFDIR)/alioth/$$unit.yaml ] || \
	    install -m 644 systemd/$$unit.yaml $(DESTDIR)$(SYSCONFDIR)/alioth/$$unit.yaml; \
	done
	install -m 644 systemd/alioth.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/alioth.conf
	install -m 644 systemd/alioth.tmpfiles $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/alioth.conf
	for program in $(PROGRAMS); do \
	  $(BIN)/$$program --generate-completion-script bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$program; \
	  $(BIN)/$$program --generate-completion-script zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_$$program; \
	  $(BIN)/$$program --generate-completion-script fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/$$program.fish; \
	done

clean: toolchain ## remove what was built
	$(AS_BUILDER) $(SWIFT) package clean
