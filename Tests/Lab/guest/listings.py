"""What nft(8) of two Debian releases and the kernel say of a director while it is observed."""

import json
import os

NEWER = "/run/exchange/newer-nft"  # of Debian 13, unpacked; it brings its own C library


def nft_programs():
    """The words before nft's options, by a name for each; without Debian 13's where it could not be had."""
    programs = {"nft": ("nft",)}
    if os.path.isdir(NEWER):
        loader, libraries = f"{NEWER}/usr/lib64/ld-linux-x86-64.so.2", f"{NEWER}/usr/lib/x86_64-linux-gnu"
        programs["Debian 13's nft"] = (loader, "--library-path", libraries, f"{NEWER}/usr/sbin/nft")
    return programs


def judge_listings(report, director, tables):
    """Each nft lists the ruleset, our tables in it, as text and as JSON."""
    programs = nft_programs()
    if len(programs) == 1:
        report.skip("Debian 13's nft: it could not be fetched")
    for name, words in programs.items():
        for options in ((), ("-j",)):
            said = director.run(*words, *options, "list", "ruleset", check=False)
            whole = said.returncode == 0 and all(table in said.stdout for _, table in tables)
            if options and whole:
                json.loads(said.stdout)
            what = f"{' '.join((name, *options))} list ruleset works, and shows ours"
            report.check(what, whole, f"status {said.returncode}: {said.stderr} {said.stdout[-400:]}")


def base_chains(director, tables):
    """Hook and priority of each base chain in these tables."""
    listing = json.loads(director.run("nft", "-j", "list", "ruleset").stdout)["nftables"]
    chains = [item["chain"] for item in listing if "chain" in item]
    own = [chain for chain in chains if [chain["family"], chain["table"]] in tables and "hook" in chain]
    return sorted((chain["hook"], chain["prio"], chain["policy"]) for chain in own)


def is_tracking(director):
    """Whether conntrack is hooked in. An empty list would mean that this kernel does not list its hooks."""
    hooks = director.run("nft", "list", "hooks").stdout
    if "hook" not in hooks:
        raise RuntimeError(f"nft list hooks says nothing: {hooks}")
    return "conntrack_in" in hooks
