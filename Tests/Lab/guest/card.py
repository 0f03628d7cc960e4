"""The guest's network card (vmxnet3), which can merge packets as it receives them, and is connected to nothing."""

import contextlib
import ctypes
import fcntl
import glob
import os
import socket
import struct

from namespace import command

ETHTOOL, GET_FLAGS, SET_FLAGS = 0x8946, 0x25, 0x26  # SIOCETHTOOL; ETHTOOL_GFLAGS, ETHTOOL_SFLAGS
LRO = 1 << 15  # ETH_FLAG_LRO


@contextlib.contextmanager
def card_of(hosts):
    """It belongs to the director, and is up for a while; it goes back with the director's namespace."""
    command("modprobe", "-d", "/run/kernel", "vmxnet3")
    name = os.path.basename(glob.glob("/sys/bus/pci/drivers/vmxnet3/*/net/*")[0])
    command("ip", "link", "set", name, "netns", hosts.director.name, "name", "card")
    try:
        hosts.director.ip("link set card up")
        yield "card"
    finally:
        hosts.director.ip("link set card down")


def features(hosts, name):
    return _ask(hosts, name, GET_FLAGS, 0)


def set_features(hosts, name, flags):
    _ask(hosts, name, SET_FLAGS, flags)


def _ask(hosts, name, word, value):
    """As ethtool(8) does (linux/ethtool.h, `struct ethtool_value`)."""
    asked = ctypes.create_string_buffer(struct.pack("=II", word, value))
    with hosts.director.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        fcntl.ioctl(made, ETHTOOL, struct.pack("16sP16x", name.encode(), ctypes.addressof(asked)))
    return struct.unpack_from("=II", asked)[1]
