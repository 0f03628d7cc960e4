"""The BPF programs and maps that the kernel has, asked of it by bpf(2): bpftool(8) is not everywhere."""

import ctypes
import errno
import struct
import time

SYS_BPF = 321  # x86_64
PROGRAM_NEXT_ID, MAP_NEXT_ID = 11, 12  # include/uapi/linux/bpf.h
_libc = ctypes.CDLL(None, use_errno=True)


def loaded():
    """The ids of all programs, and of all maps."""
    return _ids(PROGRAM_NEXT_ID), _ids(MAP_NEXT_ID)


def loaded_once_as(before, patience=10):
    """The same, as soon as it is as before: the kernel frees maps a moment after their last descriptor is closed."""
    end = time.monotonic() + patience
    while (now := loaded()) != before and time.monotonic() < end:
        time.sleep(0.1)
    return now


def _ids(command):
    ids, last = [], 0
    while True:
        attributes = ctypes.create_string_buffer(struct.pack("=III", last, 0, 0), 12)
        if _libc.syscall(SYS_BPF, command, attributes, 12) != 0:
            if ctypes.get_errno() == errno.ENOENT:
                return ids
            raise OSError(ctypes.get_errno(), "bpf")
        last = struct.unpack_from("=I", attributes.raw, 4)[0]
        ids.append(last)
