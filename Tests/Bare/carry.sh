# shellcheck shell=bash
# What is carried into the fresh Debian: Swift's files and the checkout, each to the path that it has here, as what is built names
# its paths.

# Swift's own in a folder that it shares with others, as where its archive was unpacked over /.
swift_files() {
    printf '%s\n' "$SWIFT"/{bin/{swift,clang,lld,ld.lld,llvm-}*,lib/{swift,clang,libswift,libIndexStore}*,libexec/swift,share/swift}
}

# Makes a file or folder visible there, and keeps it from being written. A link stays one.
carry() {
    local path=$1
    if [[ -L $path ]]; then
        cp -P --parents "$path" "$ROOT"
        return
    fi
    if [[ -d $path ]]; then
        mkdir -p "$ROOT$path"
    else
        mkdir -p "$ROOT${path%/*}"
        touch "$ROOT$path"
    fi
    mount --bind -o ro "$path" "$ROOT$path"
}

carry_swift() {
    local path
    if [[ $SWIFT != /usr && $SWIFT != /usr/local ]]; then
        carry "$SWIFT"
        return
    fi
    swift_files | while IFS= read -r path; do
        if [[ -e $path ]]; then carry "$path"; fi
    done
}

# What is written there lies over the checkout and goes with the Debian. What uses the C libraries is compiled again there, by the
# packages that scripts/setup brings; the rest of what was built says nothing about them. Whoever owns the checkout, git reads it.
carry_checkout() {
    local there=$ROOT$CHECKOUT
    mkdir -p "$WORK/written" "$WORK/overlay" "$there"
    mount -t overlay -o "lowerdir=$CHECKOUT,upperdir=$WORK/written,workdir=$WORK/overlay" overlay "$there"
    rm -r "$there"/.build/ct-inspect_*.deb "$there/.build/release/ct-inspect" "$there/.build/release/ModuleCache" \
        "$there"/.build/release/{CLinux,Netlink,Firewall,Terminal}.build/*.o
    printf '[safe]\n\tdirectory = *\n' >"$ROOT/root/.gitconfig"
}
