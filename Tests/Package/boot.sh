#!/usr/bin/env bash
# boot.sh ROOT CONSOLE: runs the systemd of a Debian as the first process of the namespaces that this is called in: mount, PID, network,
# UTS, IPC and cgroup. What it says goes to the file CONSOLE. Nothing outside of ROOT is written to.
set -euo pipefail
ROOT=$1 CONSOLE=$2

mount --make-rprivate /
mount --bind "$ROOT" "$ROOT"
mount -t proc proc "$ROOT/proc"
mount -t sysfs -o ro sysfs "$ROOT/sys"
mount -t cgroup2 cgroup2 "$ROOT/sys/fs/cgroup"
mount -t tmpfs -o mode=755 run "$ROOT/run"
mount -t tmpfs -o mode=755 dev "$ROOT/dev"
mkdir "$ROOT/dev/pts" "$ROOT/dev/shm"
for device in null:3 zero:5 full:7 random:8 urandom:9; do
    mknod -m 666 "$ROOT/dev/${device%:*}" c 1 "${device#*:}"
done
mount -t devpts -o newinstance,ptmxmode=666,mode=620 devpts "$ROOT/dev/pts"
ln -s pts/ptmx "$ROOT/dev/ptmx"
ln -s /proc/self/fd "$ROOT/dev/fd"
touch "$ROOT/dev/console"
mount --bind "$CONSOLE" "$ROOT/dev/console"

cd "$ROOT"
pivot_root . mnt
cd /
umount -l /mnt
ip link set lo up
# systemd takes it that devices are its host's.
exec env -i container=test PATH=/usr/sbin:/usr/bin /lib/systemd/systemd --unit=multi-user.target --log-target=console
