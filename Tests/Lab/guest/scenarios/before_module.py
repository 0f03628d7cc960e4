"""A kernel without ip_vs loaded: ct-inspect says so, and does not load it."""

import os

from namespace import Namespace, command

ON_EACH_KERNEL = True


def is_loaded():
    return os.path.exists("/sys/module/ip_vs") or os.path.exists("/proc/net/ip_vs")


def before_module(subject, report):
    report.check("ip_vs is not loaded", not is_loaded())
    if subject is None:
        report.skip("what ct-inspect says (--peers-only)")
    else:
        _ask(subject, report)
    # Last, as it cannot be undone here: the module has the alias net-pf-16-proto-16-family-IPVS.
    command("genl", "ctrl", "get", "name", "IPVS", check=False)
    report.check("looking up the generic netlink family IPVS by name loads the module", is_loaded())


def _ask(subject, report):
    host = Namespace("before-module-lb")
    for words in (("flows", "--json"), ("flows", "--netns", host.name), ("services",)):
        said = subject.run(*words, check=False)
        what = f"{' '.join(words)}: "
        report.equal(what + "status 69", 69, said.returncode)
        report.check(what + "the message names the fix", "modprobe ip_vs" in said.stderr, said.stderr)
        report.equal(what + "nothing on standard output", "", said.stdout)
    report.check("ip_vs is still not loaded", not is_loaded())
    host.delete()
