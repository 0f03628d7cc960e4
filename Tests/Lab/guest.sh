# shellcheck shell=bash
# One guest: an initramfs that mounts the host's root as its own (read-only), and the emulator that boots it.

# Builds the initramfs for the kernel in FOLDER: busybox, the modules for accessing the host's files, and guest/init.
build_initramfs() {
    local folder=$1 version=$2 image=$3 tree line path
    tree=$(mktemp -d "$WORK/initramfs.XXXXXX")
    mkdir -p "$tree"/{bin,modules,proc,sys,dev,mnt}
    cp "$(command -v busybox)" "$tree/bin/busybox"
    cp "$LAB/guest/init" "$tree/init"
    chmod 755 "$tree/init"
    # "builtin" lines are for modules built into this kernel.
    while read -r line; do
        [[ $line =~ ^insmod\ (.*\.ko(\.xz)?)( |$) ]] || continue
        path=${BASH_REMATCH[1]}
        [[ ! -e $tree/modules/${path##*/} ]] || continue
        cp "$path" "$tree/modules/"
        printf '%s\n' "${path##*/}" >>"$tree/modules/order"
    done < <(modprobe -d "$folder" -S "$version" --show-depends -a virtio_pci 9pnet_virtio 9p)
    (cd "$tree" && find . | cpio --quiet -o -H newc) >"$image"
    rm -rf "$tree"
}

# In an emulator option a comma is escaped by doubling it.
option_path() {
    printf '%s' "${1//,/,,}"
}

share() {
    printf 'local,path=%s,mount_tag=%s,security_model=none,multidevs=remap%s' "$(option_path "$1")" "$2" "${3:-}"
}

# Boots the guest in the background, with its process id in GUEST_PID.
# Its one network card merges packets as it receives them, and is connected to nothing.
# One processor, and none of the newer vector instructions: with both, two guests side by side took 112 s for what takes 66 without.
boot_guest() {
    local folder=$1 version=$2 initramfs=$3 exchange=$4 console=$5
    timeout --kill-after=10 "$GUEST_BOUND" qemu-system-x86_64 \
        -M q35 -accel tcg,thread=multi -cpu qemu64 -m "$MEMORY" -smp "$PROCESSORS" -nographic -no-reboot -net none \
        -netdev hubport,id=nobody,hubid=0 -device vmxnet3,netdev=nobody,romfile= \
        -kernel "$folder/boot/vmlinuz-$version" -initrd "$initramfs" \
        -append "console=ttyS0 quiet panic=-1 mitigations=off" \
        -virtfs "$(share / host ,readonly=on)" \
        -virtfs "$(share "$folder" kernel ,readonly=on)" \
        -virtfs "$(share "$exchange" exchange)" \
        </dev/null >"$console" 2>&1 &
    # shellcheck disable=SC2034 # run waits for it
    GUEST_PID=$!
}
