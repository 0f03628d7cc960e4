"""The guest's output besides check results: the peers' listings, and captures with their origin."""

import os
import platform
import shutil
import time


def write_samples(peers, folder):
    os.makedirs(folder, exist_ok=True)
    for name, text in peers.texts.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)


def write_page(name, page):
    """A page of `ct-inspect export`, for Tests/Metrics/pages."""
    os.makedirs("/run/exchange/pages", exist_ok=True)
    with open(f"/run/exchange/pages/{name}.prom", "w", encoding="utf-8") as file:
        file.write(page)


def write_record(name, lines):
    """What `ct-inspect record` has written, for Tests/Fleet/records."""
    os.makedirs("/run/exchange/records", exist_ok=True)
    with open(f"/run/exchange/records/{name}.jsonl", "w", encoding="utf-8") as file:
        file.write(lines)


def write_fixture(scenario, hosts, peers, capture, folder):
    """A capture can be checked against the listings stored with it, long after its director is gone."""
    write_samples(peers, folder)
    shutil.copytree(capture, os.path.join(folder, "capture"))
    with open(os.path.join(folder, "ORIGIN.md"), "w", encoding="utf-8") as file:
        file.write(_origin(scenario, hosts, peers))


def _origin(scenario, hosts, peers):
    listings = "\n".join(f"- `{name}`: `{source}`" for name, source in peers.sources())
    steps = "\n".join(f"{number}. `{line}`" for number, line in enumerate(hosts.journal, 1))
    return f"""# {scenario.NAME}

{scenario.__doc__.strip()}

A capture of a real director, made by `make fixtures` (`Tests/Lab/run --fixtures`) with `ct-inspect capture`.

- made: {time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())} UTC
- kernel: {platform.release()} ({platform.version()})
- hosts, each a network namespace on one bridge: client 10.0.0.1, 10.0.0.11 and 10.0.0.12 (2001:db8::1, ::11, ::12);
  director 10.0.0.2 (2001:db8::2); real servers 10.0.0.3 and 10.0.0.4 (2001:db8::3, ::4).
  The VIPs are on the director and on the real servers' lo.

## What was done, in order

{steps}

## What the peers said, before the capture and after it

{listings}

`capture/` is as ct-inspect wrote it; nothing in this folder was edited.
"""
