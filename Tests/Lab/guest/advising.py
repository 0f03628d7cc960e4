"""Applies what ct-inspect advise prints, and checks that real traffic is not dropped then, and that it can be taken back."""

import json
import os
import shutil
import tempfile

from checking import judge_in_order, judge_trap
from cures import judge_cure
from filters import legacy_rules
from story import WebStory


def _state(director):
    """All rules but those of the lab's counters (mangle, security), without counters, and what a fix may set."""
    setting = director.read("/proc/sys/net/ipv4/vs/conntrack").strip()
    return [setting, *director.run("nft", "-s", "list", "ruleset").stdout.splitlines(), *legacy_rules(director, "filter", "raw")]


def _fixes(subject, *arguments, **options):
    document = json.loads(subject.run("advise", "--json", *arguments, check=False, **options).stdout)
    return {fix["id"]: fix for fix in document["fixes"]}


def _captured_fixes(hosts, subject):
    """The same as an ordinary user, who has a capture."""
    folder = tempfile.mkdtemp()
    with hosts.director.inside():
        subject.run("capture", f"{folder}/capture", sudo_user=True)
    os.chmod(folder, 0o755)
    fixes = _fixes(subject, "--capture", f"{folder}/capture", ordinary_user=True)
    shutil.rmtree(folder)
    return fixes


def judge_advice(hosts, subject, report, kind, ctstates, proven=("accept-invalid", "notrack"), captured=False, vs_conntrack=0, story=None, rule=None):
    """`ctstates` are those in which packets of the service arrive then, and `proven` the kinds of fixes that do here.

    With `captured` an ordinary user must get the same from a capture. `rule`: what check says of the
    rule that drops, before any packet. The story is of the web service, unless another is given.

    Returns the fix; None if there is no program to ask.
    """
    hosts.vs_conntrack(vs_conntrack)
    story = story or WebStory(hosts)
    if subject is None:
        report.skip("what ct-inspect advise says (--peers-only)")
        return None
    if rule:
        judge_trap(hosts, subject, report, rule, family=6 if ":" in story.virtual[0] else 4)
    before = _state(hosts.director)
    with hosts.director.inside():
        fixes = _fixes(subject)
        apply = subject.run("advise", "--commands", "--fix", kind).stdout
    undo = "\n".join(fixes[kind]["undo"]) + "\n"
    report.equal("advise changes nothing", before, _state(hosts.director))
    found = {name: fix["proof"]["result"] for name, fix in fixes.items() if name != "settings"}
    report.equal("the fixes that do are proven", dict.fromkeys(proven, "proven"), found)
    report.equal("--commands prints the fix", ["set -e", *fixes[kind]["apply"]], apply.splitlines())
    if captured:
        report.equal("an ordinary user gets the same fixes from a capture", _commands(fixes), _commands(_captured_fixes(hosts, subject)))
    hosts.director.run("sh", text=apply)
    judge_cure(hosts, subject, report, ctstates, story=story, everywhere=False)
    hosts.director.run("sh", text=undo)
    report.equal("undo restores all rules, and the setting", before, _state(hosts.director))
    return fixes[kind]


def _commands(fixes):
    return {name: (fix["apply"], fix["persist"], fix["undo"]) for name, fix in fixes.items()}


def judge_persisted(hosts, subject, report):
    """After the permanent form was put into its file, and loaded by whoever loads it."""
    judge_in_order(hosts, subject, report, everywhere=False)
