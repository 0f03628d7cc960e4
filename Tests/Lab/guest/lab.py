"""The guest's driver: runs each scenario, checks it with the peers, then checks ct-inspect against the peers.

It is process 1 of the guest: if it ends other than by powering off the guest, the kernel panics, and the host reports it.
"""

import argparse
import ctypes
import importlib
import os
import pkgutil
import socket
import tempfile
import traceback

import scenarios
from director import Hosts
from judge import judge_flows, judge_readings, judge_replay, judge_services
from namespace import command
from origin import write_fixture, write_samples
from peers import Peers
from report import Report
from subject import Subject

EXCHANGE = "/run/exchange"
KERNELS = ("6.1", "6.12")
MODULES = ("ip_vs", "ip_vs_rr", "ipip", "nf_conntrack_netlink", "veth", "bridge")


def all_scenarios():
    """Scenarios that need a kernel without IPVS come first."""
    found = []
    for module in pkgutil.iter_modules(scenarios.__path__):
        scenario = importlib.import_module(f"scenarios.{module.name}")
        scenario.NAME = module.name.replace("_", "-")
        found.append(scenario)
    return sorted(found, key=lambda one: (not is_before_module(one), one.NAME))


def is_before_module(scenario):
    return hasattr(scenario, "before_module")


def is_on_request(scenario):
    """Takes too long, or too much memory, to be played with the others."""
    return getattr(scenario, "ON_REQUEST", False)


def is_for_each_kernel(scenario):
    """Shows what the program is for, or what kernels do differently, so that it is never played on one of them only."""
    return getattr(scenario, "ON_EACH_KERNEL", False)


def selection(chosen):
    """What is played here, of which each scenario that is not for each kernel is left to the other one in turn, with --once."""
    if chosen.scenario:
        return [one for one in all_scenarios() if one.NAME in chosen.scenario]
    usual = [one for one in all_scenarios() if not is_on_request(one)]
    if chosen.once is None:
        return usual
    mine = [one for one in usual if not is_for_each_kernel(one)][(KERNELS.index(chosen.kernel) + chosen.once) % 2 :: 2]
    return [one for one in usual if is_for_each_kernel(one) or one in mine]


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--kernel")
    parser.add_argument("--peers-only", action="store_true")
    parser.add_argument("--fixtures", action="store_true")
    parser.add_argument("--samples", action="store_true")
    parser.add_argument("--scenario", action="append")
    parser.add_argument("--once", type=int)
    return parser.parse_args()


def prepare_guest():
    """Module autoloading must work, as on any Debian: a lookup that loads ip_vs has to be noticed."""
    helper = "/run/modprobe"
    with open(helper, "w", encoding="ascii") as file:
        file.write('#!/bin/sh\nexec /usr/sbin/modprobe -d /run/kernel "$@"\n')
    os.chmod(helper, 0o755)
    with open("/proc/sys/kernel/modprobe", "w", encoding="ascii") as file:
        file.write(helper)
    socket.sethostname("lb1")
    command("ip", "link", "set", "lo", "up")


def examine(report, subject, hosts, scenario, chosen):
    """The kernel state changes, so the peers are read before and after, and only an unchanged state is compared."""
    for attempt in range(3):
        peers = Peers(hosts.director)
        where = ("--netns", hosts.director.name)
        live = subject.flows(*where, "--connections", "bpf")
        rows = subject.flows(*where, "--connections", "proc")
        text, services = subject.run("services", *where).stdout, subject.services(*where)
        with tempfile.TemporaryDirectory() as work:
            capture = os.path.join(work, "capture")
            os.chmod(work, 0o755)
            subject.run("capture", capture, *where, sudo_user=True)
            still = Peers(hosts.director).identity() == peers.identity()
            if not still and attempt < 2:
                continue
            report.check("the director did not change during the comparison", still, "three attempts, and each time the peers differed")
            judge_flows(report, peers, live)
            judge_readings(report, live, rows)
            judge_services(report, peers, text, services)
            judge_replay(report, live, subject.flows("--capture", capture, ordinary_user=True))
            if chosen.fixtures and getattr(scenario, "FIXTURE", False):
                write_fixture(scenario, hosts, peers, capture, f"{EXCHANGE}/fixtures/{scenario.NAME}")
        return live


def play(report, subject, scenario, chosen):
    hosts = Hosts(scenario.NAME)
    try:
        if hasattr(scenario, "conduct"):
            scenario.conduct(hosts, subject, report)
            return
        scenario.play(hosts)
        peers = Peers(hosts.director)
        scenario.reality(peers, report)
        if chosen.samples:
            write_samples(peers, f"{EXCHANGE}/samples/{scenario.NAME}")
        if subject is None:
            report.skip("what ct-inspect says (--peers-only)")
            return
        live = examine(report, subject, hosts, scenario, chosen)
        if hasattr(scenario, "beyond"):
            scenario.beyond(hosts, subject, live, report)
    finally:
        hosts.close()


def perform(report, subject, scenario, chosen):
    """A scenario that raises an exception is a failed check; the others are still run."""
    report.begin(scenario.NAME)
    try:
        if is_before_module(scenario):
            scenario.before_module(subject, report)
        else:
            play(report, subject, scenario, chosen)
    except Exception:
        report.check("the scenario runs to its end", False, traceback.format_exc(limit=-3))
    report.took()


def switch_off():
    os.sync()
    ctypes.CDLL(None).reboot(0x4321FEDC)  # LINUX_REBOOT_CMD_POWER_OFF


def main():
    chosen = options()
    if chosen.list:
        for scenario in all_scenarios():
            print(f"{scenario.NAME:24} {scenario.__doc__.strip().splitlines()[0]}")
        return
    prepare_guest()
    report = Report(f"{EXCHANGE}/report", chosen.kernel)
    subject = None if chosen.peers_only else Subject(f"{EXCHANGE}/ct-inspect")
    selected = selection(chosen)
    for scenario in (one for one in selected if is_before_module(one)):
        perform(report, subject, scenario, chosen)
    command("modprobe", "-d", "/run/kernel", "-a", *MODULES)
    for scenario in (one for one in selected if not is_before_module(one)):
        perform(report, subject, scenario, chosen)
    report.end()
    switch_off()


if __name__ == "__main__":
    main()
