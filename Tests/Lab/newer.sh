# shellcheck shell=bash
# nft of a newer Debian than the host's, with all the libraries it needs: downloaded with apt from the same archive as the host's
# packages, unpacked into the cache, never installed.

NEWER_RELEASE=trixie
NEWER_PACKAGES=(nftables libnftables1 libnftnl11 libc6 libmnl0 libjansson4 libxtables12 libgmp10 libedit2 libtinfo6 libbsd0 libmd0)
NEWER_PARTS=('./usr/sbin/nft' './usr/lib64/*' './usr/lib/x86_64-linux-gnu/*.so*')

# The archive from which the host's apt gets Debian's main packages.
debian_archive() {
    # shellcheck disable=SC2016 # apt's own words
    apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
        sed -n 's/^Debian [a-z]* main \(.*\)$/\1/p' | head -n 1
}

# Downloads and unpacks the packages into FOLDER, with separate apt state in WORK that leaves the host's unchanged.
unpack_newer_nft() {
    local folder=$1 work=$2 archive package options
    archive=$(debian_archive)
    [[ -n $archive ]] || return 1
    mkdir -p "$work"/{lists,archives}/partial "$work"/{parts,tree,downloads}
    touch "$work/status"
    printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' \
        "$archive" "$NEWER_RELEASE" >"$work/parts/newer.sources"
    options=(-qq -o APT::Sandbox::User=root -o Acquire::Retries=3 -o Acquire::Languages=none -o Dir::Etc::SourceList=/dev/null
        -o "Dir::Etc::SourceParts=$work/parts" -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null
        -o "Dir::State::Lists=$work/lists" -o "Dir::State::status=$work/status" -o "Dir::Cache=$work")
    timeout 300 apt-get "${options[@]}" update >&2 || return 1
    (cd "$work/downloads" && timeout 300 apt-get "${options[@]}" download "${NEWER_PACKAGES[@]}") >&2 || return 1
    for package in "$work"/downloads/*.deb; do
        # A pattern that matches nothing in a package makes tar fail at the end.
        dpkg-deb --fsys-tarfile "$package" | tar -x -C "$work/tree" --wildcards "${NEWER_PARTS[@]}" 2>/dev/null || true
    done
    [[ -x $work/tree/usr/sbin/nft && -e $work/tree/usr/lib64/ld-linux-x86-64.so.2 ]] || return 1
    mv -T "$work/tree" "$folder" 2>/dev/null || [[ -d $folder ]]
}

# Prints its directory, after fetching it if it is not in the cache; if that fails, the scenario that needs it says so.
fetch_newer_nft() {
    local folder work
    folder=$(cache_directory)/nft-$NEWER_RELEASE
    if [[ ! -d $folder ]]; then
        printf 'lab: fetching nft of %s into the cache\n' "$NEWER_RELEASE" >&2
        work=$(partial_directory)
        unpack_newer_nft "$folder" "$work" || printf 'lab: could not fetch it\n' >&2
        rm -rf "$work"
    fi
    [[ ! -d $folder ]] || printf '%s\n' "$folder"
}
