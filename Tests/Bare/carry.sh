# shellcheck shell=bash
# Makes Swift's files and the checkout available in the fresh Debian, each at the same path as here, as build products contain
# paths.

# Swift's own files in a directory shared with others, as when its archive was unpacked over /.
swift_files() {
    printf '%s\n' "$SWIFT"/{bin/{swift,clang,lld,ld.lld,llvm-}*,lib/{swift,clang,libswift,libIndexStore}*,libexec/swift,share/swift}
}

# Makes a file or directory visible there, read-only. A link stays a link.
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

# Writes go to an overlay that disappears with the Debian. Code that uses the C libraries is recompiled there, with the packages
# that scripts/setup installs; other build products do not depend on them. git accepts the checkout whoever owns it.
carry_checkout() {
    local there=$ROOT$CHECKOUT
    mkdir -p "$WORK/written" "$WORK/overlay" "$there"
    mount -t overlay -o "lowerdir=$CHECKOUT,upperdir=$WORK/written,workdir=$WORK/overlay" overlay "$there"
    rm -r "$there"/.build/ct-inspect_*.deb "$there/.build/release/ct-inspect" "$there/.build/release/ModuleCache" \
        "$there"/.build/release/{CLinux,Netlink,Firewall,Terminal}.build/*.o
    printf '[safe]\n\tdirectory = *\n' >"$ROOT/root/.gitconfig"
}
