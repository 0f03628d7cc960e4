# shellcheck shell=bash
# A fresh Debian of this host's release, from the same archive as the host's apt uses.

ROOT_PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# The archive from which the host's apt gets Debian's main packages.
debian_archive() {
    # shellcheck disable=SC2016 # apt's own words
    apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
        sed -n "s/^Debian $1 main \(.*\)\$/\1/p" | head -n 1
}

# Runs a command in the fresh Debian as root, with the host's proxy settings.
in_root() {
    timeout 1200 chroot "$ROOT" /usr/bin/env -i PATH=$ROOT_PATH HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
        http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" "$@"
}

install_in_root() {
    in_root apt-get -qq -o Dpkg::Use-Pty=0 install --no-install-recommends -y "$@"
}

# Creates the smallest Debian with apt in ROOT, with the host's apt settings for reaching the archive.
make_debian() {
    local codename archive
    codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    archive=$(debian_archive "$codename")
    [[ -n $archive ]] || fail "apt knows no archive of Debian's $codename: run \"apt-get update\" first"
    timeout 1200 debootstrap --variant=minbase "$codename" "$ROOT" "$archive"
    mount -t proc proc "$ROOT/proc"
    mount -t devpts -o newinstance,ptmxmode=666,mode=620 devpts "$ROOT/dev/pts"
    apt-config dump | grep -E '^Acquire::(https?|Check-[A-Za-z-]*|Retries)' >"$ROOT/etc/apt/apt.conf.d/90host" || true
}
