# shellcheck shell=bash
# The files copied by `make install` and those in the package, compared with each other and with the checkout.

# Where everything has to be, as paths in the package, without the suffixes of compressed files.
expected_files() {
    local file
    printf '/usr/%s\n' bin/ct-inspect share/bash-completion/completions/ct-inspect share/zsh/vendor-completions/_ct-inspect \
        share/fish/vendor_completions.d/ct-inspect.fish share/lintian/overrides/ct-inspect
    printf '/usr/share/doc/ct-inspect/%s\n' README.md CHANGELOG.md fleet.md prometheus.md changelog copyright
    for file in man/*.7; do printf '/usr/share/man/man7/%s\n' "${file##*/}"; done
    for file in man/*.8; do printf '/usr/share/man/man8/%s\n' "${file##*/}"; done
    for file in Packaging/systemd/*; do printf '/usr/lib/systemd/system/%s\n' "${file##*/}"; done
    for file in contrib/prometheus/*.yml; do printf '/usr/share/ct-inspect/prometheus/%s\n' "${file##*/}"; done
    for file in contrib/grafana/*.json; do printf '/usr/share/ct-inspect/grafana/%s\n' "${file##*/}"; done
    for file in contrib/ansible/*.yml; do printf '/usr/share/ct-inspect/ansible/%s\n' "${file##*/}"; done
    for file in docs/schema/*.json; do printf '/usr/share/ct-inspect/schema/%s\n' "${file##*/}"; done
}

packed_files() {
    dpkg-deb --fsys-tarfile "$PACKAGE" | tar -t | sed -n 's/^\.\(.*[^/]\)$/\1/p' | sed 's/\.gz$//'
}

# Fails if it reads any line, and prints it. (With a `!` before a command, a failure would not end a function.)
nothing() {
    ! grep .
}

# `make install` must only copy files, so it gets a swift that always fails.
make_install() {
    make --no-print-directory "$@" SWIFT=false
}

check_missing_program() {
    local said status=0
    said=$(make_install install DESTDIR="$WORK/none" BINARY="$WORK/absent" 2>&1) || status=$?
    ((status != 0))
    grep -F "no program at $WORK/absent: run \"make build\" first" <<<"$said"
    [[ ! -e $WORK/none ]]
}

# A strict umask must not make the files unreadable for others.
check_install_modes() {
    umask 077
    make_install install DESTDIR="$WORK/tree" PREFIX=/usr
    cmp .build/release/ct-inspect "$WORK/tree/usr/bin/ct-inspect"
    [[ $(stat -c %a "$WORK/tree/usr/bin/ct-inspect") == 755 ]]
    find "$WORK/tree/usr" -type d ! -perm 755 | nothing
    find "$WORK/tree/usr" -type f ! -path '*/bin/ct-inspect' ! -perm 644 | nothing
}

# Debian's zsh has a directory of its own for packages; the changelog and the overrides are only in the package.
check_install_as_packed() {
    diff <(cd "$WORK/tree" && find . -type f | sed -n 's/^\.//; s/site-functions/vendor-completions/; p' | sort) \
        <(packed_files | grep -v -e '/ct-inspect/changelog$' -e /lintian/overrides/ | sort)
}

check_packed_files() {
    diff <(expected_files | sort) <(packed_files | sort)
}

check_uninstall() {
    make_install uninstall DESTDIR="$WORK/tree" PREFIX=/usr
    find "$WORK/tree" ! -type d -o -name '*ct-inspect*' | nothing
}

# No script runs as root during installation, and nothing gives the program more privileges than its caller has.
check_package_manners() {
    diff <(printf './%s\n' '' control md5sums) <(dpkg-deb --ctrl-tarfile "$PACKAGE" | tar -t | sort)
    dpkg-deb -c "$PACKAGE" | awk '$2 != "root/root" || $1 !~ ($6 == "./usr/bin/ct-inspect" ? "^-rwxr-xr-x$" : "^(drwxr-xr-x|-rw-r--r--)$")' |
        nothing
    dpkg-deb --fsys-tarfile "$PACKAGE" | tar -x -O ./usr/bin/ct-inspect | cmp - .build/release/ct-inspect
}

check_version() {
    local version
    version=$(.build/release/ct-inspect --version)
    [[ $(dpkg-deb -f "$PACKAGE" Version) == "${version//-/\~}" ]]
    [[ ${PACKAGE##*/} == "ct-inspect_${version//-/\~}_$(dpkg --print-architecture).deb" ]]
}

# In a different directory, with a different umask and locale.
check_reproducible() {
    umask 077
    LC_ALL=C.UTF-8 TZ=Asia/Tokyo Packaging/build-deb "$WORK/again"
    cmp "$PACKAGE" "$WORK"/again/*.deb
}

check_lintian() {
    timeout 300 lintian --display-info --tag-display-limit 0 --fail-on error,warning,info "$PACKAGE"
}

check_overrides() {
    awk '/^#/ { reason = 1; next } !reason { print "no reason above: " $0; bad = 1 } { reason = 0 } END { exit bad }' \
        Packaging/debian/lintian-overrides
}

check_contents() {
    check "make install reports a missing program by name" check_missing_program
    check "make install copies what was built, readable by all" check_install_modes
    check "make install and the package hold the same files" check_install_as_packed
    check "the package has every man page, completion, schema and document, and nothing else" check_packed_files
    check "make uninstall leaves nothing" check_uninstall
    check "the package has no scripts and grants no privileges, and has the program as built" check_package_manners
    check "the package has the program's version" check_version
    check "the same sources give the same package" check_reproducible
    check "lintian has no complaints" check_lintian
    check "each lintian override has a reason" check_overrides
}
