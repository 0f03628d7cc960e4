# shellcheck shell=bash
# A fresh Debian of this host's release, from where the host's apt gets its own.

ROOT_PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ENGINEER=1000

# Where the host's apt gets Debian's main packages from.
debian_archive() {
    # shellcheck disable=SC2016 # apt's own words
    apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
        sed -n "s/^Debian $1 main \(.*\)\$/\1/p" | head -n 1
}

# Runs a command in the fresh Debian as root; a proxy is the host's affair.
in_root() {
    timeout 600 chroot "$ROOT" /usr/bin/env -i PATH=$ROOT_PATH HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
        http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" "$@"
}

# The same for commands of an ordinary user, where the captures are.
as_engineer() {
    timeout 120 chroot --userspec=$ENGINEER:$ENGINEER --groups= "$ROOT" /usr/bin/env -i -C /srv/Fixtures PATH=/usr/local/bin:/usr/bin:/bin \
        HOME=/home/engineer USER=engineer LC_ALL=C.UTF-8 TERM=xterm-256color "$@"
}

install_in_root() {
    in_root apt-get -qq -o Dpkg::Use-Pty=0 install --no-install-recommends -y "$@"
}

# debootstrap, and what the checks need beside the package: who reads its pages and completions.
set_up_debian() {
    local codename archive
    codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    archive=$(debian_archive "$codename")
    [[ -n $archive ]] || fail "apt knows no archive of Debian's $codename: run \"apt-get update\" first"
    timeout 1200 debootstrap --variant=minbase "$codename" "$ROOT" "$archive"
    mount -t proc proc "$ROOT/proc"
    mount -t devpts -o newinstance,ptmxmode=666,mode=620 devpts "$ROOT/dev/pts"
    apt-config dump | grep -E '^Acquire::(https?|Check-[A-Za-z-]*|Retries)' >"$ROOT/etc/apt/apt.conf.d/90host" || true
    in_root apt-get -qq update
    install_in_root man-db bash-completion zsh fish
    in_root useradd --create-home --uid $ENGINEER --shell /bin/bash engineer
    cp -r Tests/Fixtures "$ROOT/srv/Fixtures"
    chmod -R go+rX "$ROOT/srv/Fixtures"
}

make_debian() {
    ROOT=$WORK/root
    mkdir "$ROOT"
    printf 'package: making a fresh Debian\n'
    attempt set_up_debian
    if ((STATUS != 0)); then
        tail -n 40 "$WORK/log"
        fail "could not make a fresh Debian (status $STATUS)"
    fi
    printf 'package: made it, %s s\n' "$SECONDS"
}

# All files of the Debian but those that change by themselves or tell of packages.
snapshot() {
    (cd "$ROOT" && find . -xdev -regextype egrep -regex '\./(var/(cache|log|lib/apt|lib/dpkg)|tmp|run|root|home|dev)' -prune \
        -o ! -type d -print | sed 's/^\.//' | sort)
}
