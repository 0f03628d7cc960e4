"""Checks what ct-inspect check says of a packet filter before any packet has come, and of one that is in order."""

import json
import os
import shutil
import tempfile

from filters import legacy_rules

FILTER = ("invalid-dropped", "icmp-not-accepted", "icmpv6-ptb")


def _check(subject, *arguments, **options):
    """The findings about the filter by id, what was not checked, the rest of the document, and the exit status."""
    done = subject.run("check", "--json", "--only", ",".join(FILTER), *arguments, check=False, **options)
    document = json.loads(done.stdout) if done.stdout else {"findings": [], "checked": [], "not_checked": [{"id": "-", "reason": done.stderr}]}
    findings = {one["id"]: one for one in document["findings"]}
    return findings, document["not_checked"], document, done.returncode


def _everywhere(hosts, subject, report, judge):
    """Judges what is said on the director, and as an ordinary user from a capture and from files; and that nothing remains of the sandbox."""
    if subject is None:
        report.skip("what ct-inspect check says (--peers-only)")
        return
    with hosts.director.inside():
        before = _traces(hosts)
        director = _check(subject)
        judge("on the director", *director)
        report.equal("nothing remains of the sandbox", before, _traces(hosts))
        folder = tempfile.mkdtemp()
        capture = f"{folder}/capture"
        subject.run("capture", capture, sudo_user=True)
        os.chmod(folder, 0o755)
    judge("from a capture, as an ordinary user", *_check(subject, "--capture", capture, ordinary_user=True))
    # Loaded from a file, rules of iptables-legacy would be nf_tables' with other places.
    if not legacy_rules(hosts.director):
        # In the guest's own namespace, which has neither the rules nor the services.
        files = _check(subject, *_saved(hosts.director, folder), ordinary_user=True)
        judge("of files, as an ordinary user", *files)
        report.equal("check of files finds what it finds on the director", _facts(director[0]), _facts(files[0]))
    shutil.rmtree(folder)


def _facts(findings):
    return {name: (one["severity"], one["subject"], one["evidence"]) for name, one in findings.items()}


def _saved(director, folder):
    """The options that name the director's rules and services, as its administrator would save them."""
    options = []

    def save(option, name, *words):
        with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
            file.write(director.run(*words).stdout)
        options.extend((option, file.name))

    save("--services", "services", "ipvsadm", "-S", "-n")
    programs = [name for name in ("iptables-save", "ip6tables-save") if "-A " in director.run(name).stdout]
    for name in programs:
        save("--ruleset", name, name)
    if not programs:
        save("--ruleset", "nft", "nft", "list", "ruleset")
    return options


def judge_saved_services(hosts, subject, report):
    """What is found of services alone is the same for those of the kernel and for those that ipvsadm(8) saves."""
    checks = ("no-dest", "port0-nonpersistent", "dr-port-differs", "ftp-persistence", "mixed-methods")
    folder = tempfile.mkdtemp()
    os.chmod(folder, 0o755)
    with hosts.director.inside():
        live = subject.run("check", "--json", "--only", ",".join(checks), check=False)
    saved = hosts.director.run("ipvsadm", "-S", "-n").stdout
    with open(f"{folder}/saved", "w", encoding="utf-8") as file:
        file.write(saved)
    files = subject.run("check", "--json", "--only", ",".join(checks), "--services", file.name, ordinary_user=True, check=False)
    shutil.rmtree(folder)
    report.equal("the exit status for saved services is the same", live.returncode, files.returncode)
    if live.stdout and files.stdout:
        one, other = (json.loads(done.stdout)["findings"] for done in (live, files))
        report.check("something is found of them", one, one)
        report.equal("what is found of saved services is the same", one, other)


def _traces(hosts):
    """What a sandbox could have left here: links and tables."""
    links = [line.split(":")[1].strip() for line in hosts.director.run("ip", "-o", "link").stdout.splitlines()]
    tables = hosts.director.run("nft", "list", "tables", check=False).stdout
    return sorted(links), tables


def judge_trap(hosts, subject, report, rule, family=4):
    """`rule` is in what is said of the rule that drops the packets."""
    expected = sorted(FILTER if family == 6 else FILTER[:2])

    def judge(where, findings, not_checked, _, status):
        report.equal(f"check {where}: the trap is found before a packet was sent", (expected, 1), (sorted(findings), status))
        report.equal(f"check {where}: nothing is left unproven", [], not_checked)
        for one in findings.values():
            report.check(f"check {where}: {one['id']} names the rule", rule in one["reason"], one["reason"])

    _everywhere(hosts, subject, report, judge)


def judge_unreached(hosts, subject, report, *words):
    """What opens a connection is dropped, so that nothing is proven: it is said by what, in these words, and it is no pass."""
    if subject is None:
        report.skip("what ct-inspect check says (--peers-only)")
        return
    with hosts.director.inside():
        findings, not_checked, _, status = _check(subject)
    said = " ".join(one["reason"] for one in not_checked)
    report.equal("check of a service that is not reached: nothing is found, and it is no pass", ([], True), (sorted(findings), status != 0))
    for word in words:
        report.check(f"check of a service that is not reached: says “{word}”", word in said, said)


def judge_in_order(hosts, subject, report, everywhere=True):
    """`everywhere`: also from a capture, and of files."""

    def judge(where, findings, not_checked, document, status):
        report.equal(f"check {where}: no false alarm", ([], [], 0), (sorted(findings), not_checked, status))
        report.equal(f"check {where}: all of it was checked", sorted(FILTER), sorted(one["id"] for one in document["checked"]))

    if everywhere or subject is None:
        _everywhere(hosts, subject, report, judge)
    if subject is not None:
        with hosts.director.inside():
            if not everywhere:
                judge("on the director", *_check(subject))
            done = subject.run("check", "--json", check=False)
        troubles = [f"{one['id']}: {one['reason']}" for one in json.loads(done.stdout)["findings"] if one["severity"] != "info"]
        report.equal("check of everything: no false alarm", ([], 0), (troubles, done.returncode))


class Judge:
    """Compares what check says of the director, of some checks, with what is expected, as one thing after another is wrong with it."""

    def __init__(self, hosts, subject, report, checks, usual=None, waits=False):
        """`usual`: findings that are always there; `waits`: some of the checks need --for, and are left out without it."""
        self.hosts, self.subject, self.report = hosts, subject, report
        self.checks, self.usual, self.waits = checks, usual or {}, waits

    def found(self, what, expected, *arguments, usual=None, untried=(), nameless=False):
        """The findings are those, by id with their severity; the exit status is that of the worst. Returns the findings by id."""
        if self.subject is None:
            return {}
        with self.hosts.director.inside():
            done = self.subject.run("check", "--json", "--only", self.checks, *arguments, nameless=nameless, check=False)
        document = json.loads(done.stdout)
        found = {one["id"]: one["severity"] for one in document["findings"]}
        self.report.equal(f"{what}: found", {**(self.usual if usual is None else usual), **expected}, found)
        left = [one["id"] for one in document["not_checked"] if not (self.waits and one["reason"].endswith("see --for"))]
        self.report.equal(f"{what}: what was left out", list(untried), left)
        is_bad = untried or any(severity != "info" for severity in expected.values())
        self.report.equal(f"{what}: exit status", int(bool(is_bad)), done.returncode)
        return {one["id"]: one for one in document["findings"]}

    def names(self, found, check, words):
        if found:
            reason = found.get(check, {}).get("reason", "")
            self.report.check(f"{check} names the rule", words in reason, reason)
