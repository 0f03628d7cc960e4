"""Listings of an observed director: by nft(8) from two Debian releases, and by the kernel."""

import json
import os
import re
import socket

NEWER = "/run/exchange/newer-nft"  # of Debian 13, unpacked; it brings its own C library


def nft_programs():
    """The command that runs each nft, by name; without Debian 13's if it could not be fetched."""
    programs = {"nft": ("nft",)}
    if os.path.isdir(NEWER):
        loader, libraries = f"{NEWER}/usr/lib64/ld-linux-x86-64.so.2", f"{NEWER}/usr/lib/x86_64-linux-gnu"
        programs["Debian 13's nft"] = (loader, "--library-path", libraries, f"{NEWER}/usr/sbin/nft")
    return programs


def judge_listings(report, director, tables):
    """Each nft lists the ruleset with our tables, as text and as JSON."""
    programs = nft_programs()
    if len(programs) == 1:
        report.skip("Debian 13's nft: it could not be fetched")
    for name, words in programs.items():
        said = director.run(*words, "list", "ruleset", check=False)
        whole = said.returncode == 0 and all(table in said.stdout for _, table in tables) and said.stdout.endswith("}\n")
        report.check(f"{name} list ruleset works, and shows our tables", whole, f"status {said.returncode}: {said.stderr} {said.stdout[-400:]}")
        said = director.run(*words, "-j", "list", "ruleset", check=False)
        if _is_cut_at_flags(words, director, said):
            report.skip(f"{name} -j list ruleset: nft 1.0.6 truncates it, as it may with any table that has one flag")
        else:
            report.check(f"{name} -j list ruleset works", _is_json(said.stdout), f"status {said.returncode}: {said.stdout[-400:]}")
        said = director.run(*words, "-j", "list", "table", "ip", "filter", check=False)
        report.check(f"{name} -j list table ip filter, which is not ours, works", _is_json(said.stdout), said)


def _is_json(text):
    try:
        return "nftables" in json.loads(text)
    except json.JSONDecodeError:
        return False


def _is_cut_at_flags(words, director, said):
    """A bug of nft 1.0.6 with any table that has one flag, which we cannot avoid: its JSON has freed memory in place of the flag
    (table_flags_json in its json.c), and ends there if that is not valid JSON."""
    version = director.run(*words, "--version").stdout
    return " v1.0.6 " in version and said.returncode == 0 and said.stdout.endswith('"flags": \n')


def base_chains(director, table):
    """Hook, priority and policy of each base chain in a table."""
    listing = director.run("nft", "-y", "list", "table", *table).stdout
    return sorted((hook, int(priority), policy) for hook, priority, policy in re.findall(
        r"type filter hook (\w+) priority (-?\d+); policy (\w+);", listing))


def is_tracking(director):
    """Whether conntrack is active: whether a datagram to a closed port creates an entry."""
    director.run("conntrack", "-F")
    with director.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"nobody", ("127.0.0.1", 9))
    return "127.0.0.1" in director.run("conntrack", "-L").stdout
