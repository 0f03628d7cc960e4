# shellcheck shell=bash
# The stock Debian kernels of the lab: found through apt, unpacked into a cache, never installed.

# The metapackage that depends on the newest kernel of a series.
declare -A META_PACKAGE=([6.1]=linux-image-amd64 [6.12]=linux-image-6.12-amd64)

# The parts of a kernel package that the guest needs; the rest (drivers, sound) would only waste disk space.
KERNEL_PARTS=('./boot/vmlinuz-*' './lib/modules/*/modules.*' './lib/modules/*/kernel/net/*' './lib/modules/*/kernel/lib/*'
    './lib/modules/*/kernel/crypto/*' './lib/modules/*/kernel/arch/*' './lib/modules/*/kernel/fs/9p/*' './lib/modules/*/kernel/fs/netfs/*'
    './lib/modules/*/kernel/fs/fscache/*' './lib/modules/*/kernel/drivers/virtio/*' './lib/modules/*/kernel/drivers/net/veth*'
    './lib/modules/*/kernel/drivers/net/vmxnet3/*')

cache_directory() {
    printf '%s\n' "${XDG_CACHE_HOME:-$HOME/.cache}/ct-inspect-lab"
}

# The directory of unpacked kernels with these parts: with other parts they are unpacked again.
kernel_cache() {
    local key
    key=$(printf '%s\n' "${KERNEL_PARTS[@]}" | cksum)
    printf '%s\n' "$(cache_directory)/kernels-${key%% *}"
}

# The directory where this run prepares files for the cache; other runs have their own. ($$ is the same in a subshell.)
partial_directory() {
    printf '%s\n' "$(cache_directory)/.partial.$$"
}

# The kernel package of a series ("6.1") according to apt, or the newest one in the cache, or nothing.
kernel_package() {
    local series=$1 package
    package=$(apt-cache show --no-all-versions "${META_PACKAGE[$series]}" 2>/dev/null |
        sed -n "s/^Depends:.*\(linux-image-${series//./\\.}\.[0-9][^ ,]*\).*/\1/p" | head -n 1)
    if [[ -z $package ]]; then
        package=$(find "$(kernel_cache)" -maxdepth 1 -name "linux-image-$series.[0-9]*" -printf '%f\n' 2>/dev/null | sort -V | tail -n 1)
    fi
    printf '%s\n' "$package"
}

# Downloads and unpacks a kernel package into FOLDER. It is prepared elsewhere and then renamed,
# so that the remains of an interrupted run can never be mistaken for a kernel.
unpack_kernel() {
    local package=$1 folder=$2 work=$3
    (cd "$work" && timeout 900 apt-get -qq -o APT::Sandbox::User=root -o Acquire::Retries=3 download "$package") >&2 || return 1
    mkdir "$work/tree"
    dpkg-deb --fsys-tarfile "$work/$package"_*.deb >"$work/kernel.tar" || return 1
    # A pattern that matches nothing (fscache is built in since 6.8) makes tar fail at the end; missing files are found below.
    tar -x -C "$work/tree" -f "$work/kernel.tar" --wildcards "${KERNEL_PARTS[@]}" 2>/dev/null || true
    depmod -b "$work/tree" "${package#linux-image-}" || return 1
    [[ -f $work/tree/boot/vmlinuz-${package#linux-image-} ]] || return 1
    modprobe -d "$work/tree" -S "${package#linux-image-}" --show-depends ip_vs >/dev/null || return 1
    mv -T "$work/tree" "$folder" 2>/dev/null || [[ -d $folder ]] # another run may have been faster
}

# Prints the directory of the unpacked kernel of a series, after fetching it if it is not in the cache.
fetch_kernel() {
    local series=$1 cache package folder work status=0
    cache=$(cache_directory)
    package=$(kernel_package "$series")
    if [[ -z $package ]]; then
        printf 'lab: apt knows no kernel %s (package %s): run "apt-get update" first\n' "$series" "${META_PACKAGE[$series]}" >&2
        return 69
    fi
    folder=$(kernel_cache)/$package
    if [[ ! -d $folder ]]; then
        printf 'lab: fetching %s into the cache\n' "$package" >&2
        # Remains of killed runs.
        find "$cache" -maxdepth 1 -name '.partial.*' -mmin +120 -exec rm -rf {} + 2>/dev/null || true
        work=$(partial_directory)
        { mkdir -p "$work" "${folder%/*}" && unpack_kernel "$package" "$folder" "$work"; } || status=69
        rm -rf "$work"
        ((status == 0)) || printf 'lab: could not fetch or unpack %s\n' "$package" >&2
    fi
    ((status == 0)) && printf '%s\n' "$folder"
    return "$status"
}
