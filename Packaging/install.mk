# The paths used by `make install`. It only copies what `make build` made: under sudo, swift must not run as root.
# For packaging: make install PREFIX=/usr DESTDIR=tree, as in Packaging/debian/rules.
PREFIX = /usr/local
BINDIR = $(PREFIX)/bin
DATADIR = $(PREFIX)/share
MANDIR = $(DATADIR)/man
DOCDIR = $(DATADIR)/doc/ct-inspect
SCHEMADIR = $(DATADIR)/ct-inspect/schema
# For Prometheus and Grafana: see contrib/prometheus/README.md, which is installed as prometheus.md.
PROMETHEUSDIR = $(DATADIR)/ct-inspect/prometheus
GRAFANADIR = $(DATADIR)/ct-inspect/grafana
ANSIBLEDIR = $(DATADIR)/ct-inspect/ansible
# systemd reads this under /usr and /usr/local. None of the units is enabled.
UNITDIR = $(PREFIX)/lib/systemd/system
BASHDIR = $(DATADIR)/bash-completion/completions
# Debian's zsh reads site-functions only under /usr/local; packages use vendor-completions.
ZSHDIR = $(DATADIR)/zsh/site-functions
# Under /usr/local, fish only reads this if XDG_DATA_DIRS contains /usr/local/share.
FISHDIR = $(DATADIR)/fish/vendor_completions.d

MAN7 = $(wildcard man/ct-inspect-*.7)
MAN8 = man/ct-inspect.8 $(wildcard man/ct-inspect-*.8)
SCHEMAS = $(wildcard docs/schema/*.json)
UNITS = $(wildcard Packaging/systemd/*)
RULES = $(wildcard contrib/prometheus/*.yml)
DASHBOARDS = $(wildcard contrib/grafana/*.json)
PLAYBOOKS = $(wildcard contrib/ansible/*.yml)
# The last one is the licence, including those of linked libraries.
DOCUMENTS = README.md CHANGELOG.md docs/fleet.md Packaging/debian/copyright

INSTALLED = $(BINDIR)/ct-inspect $(addprefix $(MANDIR)/man7/,$(notdir $(MAN7))) $(addprefix $(MANDIR)/man8/,$(notdir $(MAN8))) \
    $(addprefix $(SCHEMADIR)/,$(notdir $(SCHEMAS))) $(addprefix $(UNITDIR)/,$(notdir $(UNITS))) \
    $(addprefix $(PROMETHEUSDIR)/,$(notdir $(RULES))) $(addprefix $(GRAFANADIR)/,$(notdir $(DASHBOARDS))) $(addprefix $(ANSIBLEDIR)/,$(notdir $(PLAYBOOKS))) $(addprefix $(DOCDIR)/,$(notdir $(DOCUMENTS)) prometheus.md) \
    $(BASHDIR)/ct-inspect $(ZSHDIR)/_ct-inspect $(FISHDIR)/ct-inspect.fish
# Removed by uninstall once they are empty.
OWN_FOLDERS = $(SCHEMADIR) $(PROMETHEUSDIR) $(GRAFANADIR) $(ANSIBLEDIR) $(DATADIR)/ct-inspect $(DOCDIR)

install: ## Copy what `make build` made to PREFIX (/usr/local), under DESTDIR
	@test -x $(BINARY) || { echo 'make install: there is no program at $(BINARY): run "make build" first' >&2; exit 69; }
	install -d $(addprefix $(DESTDIR),$(sort $(dir $(INSTALLED))))
	install -m 755 $(BINARY) $(DESTDIR)$(BINDIR)/ct-inspect
	install -m 644 $(MAN7) $(DESTDIR)$(MANDIR)/man7
	install -m 644 $(MAN8) $(DESTDIR)$(MANDIR)/man8
	install -m 644 $(SCHEMAS) $(DESTDIR)$(SCHEMADIR)
	install -m 644 $(UNITS) $(DESTDIR)$(UNITDIR)
	sed -i 's,=/usr/bin/,=$(BINDIR)/,' $(addprefix $(DESTDIR)$(UNITDIR)/,$(notdir $(filter %.service,$(UNITS))))
	install -m 644 $(RULES) $(DESTDIR)$(PROMETHEUSDIR)
	install -m 644 $(DASHBOARDS) $(DESTDIR)$(GRAFANADIR)
	install -m 644 $(PLAYBOOKS) $(DESTDIR)$(ANSIBLEDIR)
	install -m 644 $(DOCUMENTS) $(DESTDIR)$(DOCDIR)
	install -m 644 contrib/prometheus/README.md $(DESTDIR)$(DOCDIR)/prometheus.md
	install -m 644 completions/ct-inspect.bash $(DESTDIR)$(BASHDIR)/ct-inspect
	install -m 644 completions/_ct-inspect $(DESTDIR)$(ZSHDIR)
	install -m 644 completions/ct-inspect.fish $(DESTDIR)$(FISHDIR)

uninstall: ## Remove what `make install` copied
	rm -f $(addprefix $(DESTDIR),$(INSTALLED))
	for folder in $(addprefix $(DESTDIR),$(OWN_FOLDERS)); do [ ! -d "$$folder" ] || rmdir --ignore-fail-on-non-empty "$$folder"; done

deb: setup-deb build ## The Debian package, .build/ct-inspect_VERSION_ARCH.deb
	Packaging/build-deb
