# Where `make install` puts things. It copies what `make build` made, and builds nothing: under sudo, swift must not run as root.
# For a package: make install PREFIX=/usr DESTDIR=tree. Packaging/debian/rules is its user for Debian's.
PREFIX = /usr/local
BINDIR = $(PREFIX)/bin
DATADIR = $(PREFIX)/share
MANDIR = $(DATADIR)/man
DOCDIR = $(DATADIR)/doc/ct-inspect
SCHEMADIR = $(DATADIR)/ct-inspect/schema
BASHDIR = $(DATADIR)/bash-completion/completions
# Debian's zsh reads site-functions under /usr/local only; its packages use vendor-completions.
ZSHDIR = $(DATADIR)/zsh/site-functions
# fish reads this one under /usr/local only where XDG_DATA_DIRS has /usr/local/share.
FISHDIR = $(DATADIR)/fish/vendor_completions.d

MAN7 = man/ct-inspect-lvs-dr.7
MAN8 = man/ct-inspect.8 $(wildcard man/ct-inspect-*.8)
SCHEMAS = $(wildcard docs/schema/*.json)
# The last is the licence, with those of what is linked in.
DOCUMENTS = README.md CHANGELOG.md Packaging/debian/copyright

INSTALLED = $(BINDIR)/ct-inspect $(addprefix $(MANDIR)/man7/,$(notdir $(MAN7))) $(addprefix $(MANDIR)/man8/,$(notdir $(MAN8))) \
    $(addprefix $(SCHEMADIR)/,$(notdir $(SCHEMAS))) $(addprefix $(DOCDIR)/,$(notdir $(DOCUMENTS))) \
    $(BASHDIR)/ct-inspect $(ZSHDIR)/_ct-inspect $(FISHDIR)/ct-inspect.fish
# Which go with what is in them.
OWN_FOLDERS = $(SCHEMADIR) $(DATADIR)/ct-inspect $(DOCDIR)

install: ## Copy what `make build` made to PREFIX (/usr/local), under DESTDIR
	@test -x $(BINARY) || { echo 'make install: there is no program at $(BINARY): run "make build" first' >&2; exit 69; }
	install -d $(addprefix $(DESTDIR),$(sort $(dir $(INSTALLED))))
	install -m 755 $(BINARY) $(DESTDIR)$(BINDIR)/ct-inspect
	install -m 644 $(MAN7) $(DESTDIR)$(MANDIR)/man7
	install -m 644 $(MAN8) $(DESTDIR)$(MANDIR)/man8
	install -m 644 $(SCHEMAS) $(DESTDIR)$(SCHEMADIR)
	install -m 644 $(DOCUMENTS) $(DESTDIR)$(DOCDIR)
	install -m 644 completions/ct-inspect.bash $(DESTDIR)$(BASHDIR)/ct-inspect
	install -m 644 completions/_ct-inspect $(DESTDIR)$(ZSHDIR)
	install -m 644 completions/ct-inspect.fish $(DESTDIR)$(FISHDIR)

uninstall: ## Remove what `make install` copied
	rm -f $(addprefix $(DESTDIR),$(INSTALLED))
	for folder in $(addprefix $(DESTDIR),$(OWN_FOLDERS)); do [ ! -d "$$folder" ] || rmdir --ignore-fail-on-non-empty "$$folder"; done

deb: setup-deb build ## The Debian package, .build/ct-inspect_VERSION_ARCH.deb
	Packaging/build-deb
