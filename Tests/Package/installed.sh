# shellcheck shell=bash
# The package after installation with apt in the fresh Debian, for an ordinary user, and what removal leaves.

ENGINEER=1000

# Runs a command as an ordinary user, in the directory of the captures.
as_engineer() {
    timeout 120 chroot --userspec=$ENGINEER:$ENGINEER --groups= "$ROOT" /usr/bin/env -i -C /srv/Fixtures PATH=/usr/local/bin:/usr/bin:/bin \
        HOME=/home/engineer USER=engineer LC_ALL=C.UTF-8 TERM=xterm-256color "$@"
}

# Installs what the checks need besides the package: programs that use its man pages and completions.
set_up_readers() {
    in_root apt-get -qq update
    install_in_root man-db bash-completion zsh fish
    in_root useradd --create-home --uid $ENGINEER --shell /bin/bash engineer
    cp -r Tests/Fixtures "$ROOT/srv/Fixtures"
    chmod -R go+rX "$ROOT/srv/Fixtures"
}

# All files of the Debian, except those that change on their own or describe packages.
snapshot() {
    (cd "$ROOT" && find . -xdev -regextype egrep -regex '\./(var/(cache|log|lib/apt|lib/dpkg)|tmp|run|root|home|dev)' -prune \
        -o ! -type d -print | sed 's/^\.//' | sort)
}

install_package() {
    cp "$PACKAGE" "$ROOT/tmp/ct-inspect.deb"
    in_root apt-get -qq -o Dpkg::Use-Pty=0 install -y /tmp/ct-inspect.deb
    in_root dpkg-query -s ct-inspect | grep -x 'Status: install ok installed'
}

# The lists have /lib for files in /usr/lib.
check_owned_files() {
    ! comm -13 "$WORK/before" <(snapshot) | grep -vxF -f <(sed 's|^/lib|/usr/lib|' "$ROOT"/var/lib/dpkg/info/*.list)
}

check_version_there() {
    [[ $(as_engineer ct-inspect --version) == "$(.build/release/ct-inspect --version)" ]]
}

check_libraries() {
    local said
    said=$(as_engineer ldd "$1")
    printf '%s\n' "$said"
    grep -q 'libmnl\.so' <<<"$said"
    ! grep -iE 'not found|swift|foundation|dispatch' <<<"$said"
}

# The program has no more privileges than its caller, so it tells an ordinary user that it needs root.
check_no_privilege() {
    local status=0
    python3 -c 'import os, sys; sys.exit(f"attributes: {os.listxattr(sys.argv[1])}" if os.listxattr(sys.argv[1]) else 0)' "$ROOT/usr/bin/ct-inspect"
    as_engineer ct-inspect dump || status=$?
    [[ $status == 77 ]]
}

# Each page is where man looks, and can be displayed.
check_pages() {
    local prefix=$1 file page section
    for file in man/*.[78]; do
        page=${file##*/} section=${file##*.}
        # Debian's /usr/local/man is a link to /usr/local/share/man.
        # shellcheck disable=SC2016 # expanded by the inner shell
        [[ $(as_engineer bash -c 'readlink -f "$(man -w "$@")"' - "$section" "${page%.*}") == "$prefix/share/man/man$section/$page"* ]]
        # At 80 columns groff cuts the longest name in the heading.
        as_engineer env MANWIDTH=100 man "$section" "${page%.*}" | head -n 1 | grep -iF "${page%.*}($section)"
    done
}

check_whatis() {
    local file page
    for file in man/*.[78]; do
        page=${file##*/}
        as_engineer whatis -s "${file##*.}" "${page%.*}"
    done
}

# The same output from the same capture as on this host. watch tries the packet filter, which a changed root forbids (user_namespaces(7)).
check_replay() {
    local capture command
    for capture in dr-untracked dr-conntrack mixed; do
        for command in flows 'flows --json' 'flows --summary' services dump; do
            # shellcheck disable=SC2086 # a command and its options
            env -i -C Tests/Fixtures LC_ALL=C.UTF-8 TERM=xterm-256color "$CHECKOUT/.build/release/ct-inspect" $command --capture $capture/capture >"$WORK/here"
            # shellcheck disable=SC2086
            as_engineer ct-inspect $command --capture $capture/capture >"$WORK/there"
            diff "$WORK/here" "$WORK/there"
        done
    done
    as_engineer ct-inspect flows --capture mixed/capture | grep absent
}

# Starts in a terminal, and quits by its key; the first key presses may arrive before the program reads.
check_live_view() {
    as_engineer bash -c 'for _ in {1..80}; do sleep 0.5; printf q || exit; done |
        script -qec "stty rows 24 cols 120; ct-inspect watch --capture mixed/capture" /dev/null' >"$WORK/screen"
    grep -aq Services "$WORK/screen"
}

# Each shell finds the completions without configuration and offers the subcommand.
check_bash_completion() {
    # shellcheck disable=SC2016 # expanded by the inner shell
    as_engineer bash -c '. /usr/share/bash-completion/bash_completion; _completion_loader ct-inspect || [[ $? == 124 ]]
        words=($(complete -p ct-inspect)); for i in "${!words[@]}"; do [[ ${words[i]} == -F ]] && function=${words[i + 1]}; done
        COMP_WORDS=(ct-inspect serv) COMP_CWORD=1 COMP_LINE="ct-inspect serv" COMP_POINT=15; "$function" ct-inspect serv ct-inspect
        printf "%s\n" "${COMPREPLY[@]}"' | grep -x 'services *'
}

check_zsh_completion() {
    # shellcheck disable=SC2016 # expanded by the inner shell
    as_engineer zsh -fc 'autoload -Uz compinit && compinit -D && print -r -- $_comps[ct-inspect] && whence -v _ct-inspect && autoload +X _ct-inspect' |
        grep -x _ct-inspect
}

# fish only looks under /usr/local if XDG_DATA_DIRS says so, as set by desktops.
check_fish_completion() {
    as_engineer env XDG_DATA_DIRS=/usr/local/share:/usr/share fish -c 'complete -C "ct-inspect serv"' | grep '^services'
}

check_completions() {
    check "bash completes the command ($1)" check_bash_completion
    check "zsh completes the command ($1)" check_zsh_completion
    check "fish completes the command ($1)" check_fish_completion
}

check_removed() {
    in_root apt-get -qq -o Dpkg::Use-Pty=0 remove -y ct-inspect
    find "$ROOT/usr" "$ROOT/etc" "$ROOT/var/lib" -name '*ct-inspect*' | nothing
}

# A manual installation, with the libraries that were installed with the package.
check_usr_local() {
    make_install install DESTDIR="$ROOT"
    [[ $(as_engineer bash -c 'type -p ct-inspect') == /usr/local/bin/ct-inspect ]]
    check_version_there
}

check_usr_local_removed() {
    make_install uninstall DESTDIR="$ROOT"
    find "$ROOT/usr" -name '*ct-inspect*' | nothing
}

check_nothing_left() {
    in_root apt-get -qq -o Dpkg::Use-Pty=0 autoremove --purge -y
    diff "$WORK/before" <(snapshot)
}

check_installed() {
    snapshot >"$WORK/before"
    check "apt installs the package with its dependencies" install_package
    check "every installed file belongs to a package" check_owned_files
    check "the program starts" check_version_there
    check "all its libraries are installed, and none is Swift's" check_libraries /usr/bin/ct-inspect
    check "it has no privileges of its own" check_no_privilege
    check "man finds and shows every page" check_pages /usr
    check "whatis knows every page" check_whatis
    check "captures give the same output as on this host" check_replay
    check "the live view opens in a terminal, and quits" check_live_view
    check_completions /usr
    check "apt removes the package, and nothing of it is left" check_removed
    check "make install works in /usr/local" check_usr_local
    check "man finds the pages in /usr/local" check_pages /usr/local
    check_completions /usr/local
    check "make uninstall removes everything" check_usr_local_removed
    check "once the libraries are removed, the Debian is unchanged" check_nothing_left
}
