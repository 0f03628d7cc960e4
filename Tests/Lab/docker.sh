# shellcheck shell=bash
# Docker's daemon, as Debian packages it: downloaded with apt, unpacked into the cache, never installed, as installing it starts it.

DOCKER_PACKAGES=(docker.io containerd runc libdevmapper1.02.1 libseccomp2)
DOCKER_PARTS=('./usr/sbin/dockerd' './usr/sbin/docker-proxy' './usr/sbin/runc' './usr/bin/containerd' './usr/bin/containerd-shim-runc-v2'
    './lib/x86_64-linux-gnu/*.so*' './usr/lib/x86_64-linux-gnu/*.so*')

unpack_docker() {
    local folder=$1 work=$2 package
    mkdir -p "$work"/{downloads,tree} "$work/programs/"{bin,lib}
    (cd "$work/downloads" && timeout 900 apt-get -qq -o APT::Sandbox::User=root -o Acquire::Retries=3 download "${DOCKER_PACKAGES[@]}") >&2 || return 1
    for package in "$work"/downloads/*.deb; do
        # A pattern that matches nothing in a package makes tar fail at the end.
        dpkg-deb --fsys-tarfile "$package" | tar -x -C "$work/tree" --wildcards "${DOCKER_PARTS[@]}" 2>/dev/null || true
    done
    cp "$work"/tree/usr/*bin/* "$work/programs/bin/" || return 1
    find "$work/tree" -path '*/x86_64-linux-gnu/*' -name '*.so*' -exec cp -P {} "$work/programs/lib/" \;
    [[ -x $work/programs/bin/dockerd && -x $work/programs/bin/containerd && -x $work/programs/bin/runc ]] || return 1
    mv -T "$work/programs" "$folder" 2>/dev/null || [[ -d $folder ]]
}

# Prints its directory, after fetching it if it is not in the cache; if that fails, the scenario that needs it fails.
fetch_docker() {
    local folder work
    folder=$(cache_directory)/docker
    if [[ ! -d $folder ]]; then
        printf 'lab: fetching Docker into the cache\n' >&2
        work=$(partial_directory)
        unpack_docker "$folder" "$work" || printf 'lab: could not fetch it\n' >&2
        rm -rf "$work"
    fi
    [[ ! -d $folder ]] || printf '%s\n' "$folder"
}
