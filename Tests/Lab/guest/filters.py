"""The drops counted by the packet filters themselves, and filters other than those of iptables-nft."""

import os
import re
import shutil
from dataclasses import dataclass

from director import VIP

UFW = "/run/ufw"

PLAIN = f"""table inet edge {{
    chain input {{
        type filter hook input priority filter; policy drop;
        iif "lo" accept
        ct state established,related accept
        meta l4proto tcp ct state invalid counter drop
        ct state invalid counter drop comment "about no flow"
        icmp type echo-request accept
        meta l4proto ipv6-icmp accept
        ip daddr {VIP} tcp dport 80 counter accept
    }}
}}
"""


def plain_with(lines, before):
    """PLAIN as a file, with the lines of a chain and, the last of them, a rule that jumps there, before the rule that begins with a text."""
    *chain, jump = lines
    text = PLAIN.replace("table inet edge {", "table inet edge {\n" + "\n".join(chain), 1)
    return "flush ruleset\n" + text.replace(before, f"{jump}\n        {before}", 1)


@dataclass(frozen=True)
class Drop:
    """A rule that drops, or (handle None) a chain's policy, and how many packets it has dropped."""

    family: str
    table: str
    chain: str
    handle: int
    packets: int
    rule: str

    @property
    def place(self):
        return (self.family, self.table, self.chain, self.handle)


def drops(director):
    """The nf_tables rules, including iptables-nft's, whose counters went up, and iptables' policies."""
    found = []
    for place, rule in rules(director.run("nft", "-a", "list", "ruleset").stdout):
        counted = re.search(r"\bcounter packets (\d+) bytes \d+ ", rule)
        if counted and int(counted[1]) and "drop" in rule.split():
            found.append(Drop(*place, int(counted[1]), rule.replace(counted[0], "")))
    return found + _policies(director, "iptables", "ip") + _policies(director, "ip6tables", "ip6")


def rules(listing):
    """(family, table, chain, handle) and text of each rule in the output of nft -a list ruleset, parsed as text: see listings.py."""
    table, chain = (None, None), None
    for line in (line.strip() for line in listing.splitlines()):
        words = line.split()
        if words[:1] == ["table"]:
            table = tuple(words[1:3])
        elif words[:1] == ["chain"]:
            chain = words[1]
        elif rule := re.fullmatch(r"(.*[^{]) # handle (\d+)", line):
            yield (*table, chain, int(rule[2])), rule[1]


def _policies(director, program, family):
    text = director.run(program, "-vnxL", check=False).stdout
    policies = re.findall(r"^Chain (\w+) \(policy DROP (\d+) packets", text, re.M)
    return [Drop(family, "filter", chain, None, int(packets), "policy drop") for chain, packets in policies if int(packets)]


def legacy_rules(director, *wanted):
    """The rules of iptables-legacy, with chains and policies and without counters: of the wanted tables, or all, that the kernel has.

    Asking for a table makes it, and it stays then: one without any rule is as good as none.
    """
    found = []
    for program, names in (("iptables-legacy", "ip_tables_names"), ("ip6tables-legacy", "ip6_tables_names")):
        with director.inside():
            if not os.path.exists(f"/proc/net/{names}"):
                continue
            with open(f"/proc/net/{names}", encoding="ascii") as file:
                tables = sorted(file.read().split())
        for table in (name for name in tables if not wanted or name in wanted):
            lines = director.run(program, "-t", table, "-S").stdout.splitlines()
            found += [f"{program} -t {table} {line}" for line in lines if not re.fullmatch(r"-P \w+ ACCEPT", line)]
    return found


def legacy_drops(director):
    """Packets that rules of iptables-legacy have dropped; policies have dropped none."""
    lines = director.run("iptables-legacy", "-vnxL", "INPUT").stdout.splitlines()
    return sum(int(line.split()[0]) for line in lines if len(line.split()) > 2 and line.split()[2] == "DROP")


def legacy_place(director, *words, program="iptables-legacy"):
    """The only rule of INPUT that has these words, as ct-inspect names it: by the number that iptables-legacy gives it."""
    lines = director.run(program, "-vnL", "INPUT", "--line-numbers").stdout.splitlines()
    (number,) = [line.split()[0] for line in lines if all(word in line.split() for word in words)]
    return f"{program} filter INPUT rule {number} "


def restore_with(director, program, lines, before=None):
    """Loads the filter as it was saved, with lines more: before the one that contains a text, or at the end."""
    saved = director.run(f"{program}-save", "-t", "filter").stdout.splitlines()
    place = len(saved) if before is None else next(number for number, line in enumerate(saved) if before in line)
    saved[place:place] = lines
    director.run(f"{program}-restore", text="\n".join(saved) + "\n")


def ufw(director, *rules, before_invalid=(), table_before=()):
    """Runs UFW itself, which writes and loads its rules, on copies, as the guest's files are read-only. Fresh for each director.

    Uses the templates of the package, not this machine's configuration. Lines may be added to before.rules: before the
    rule that drops INVALID, or before its first table.
    """
    shutil.rmtree(UFW, ignore_errors=True)
    shutil.copytree("/usr/share/ufw/iptables", f"{UFW}/etc/ufw")
    os.makedirs(f"{UFW}/etc/ufw/applications.d")
    for folder in ("etc/default", "lib/ufw"):
        os.makedirs(f"{UFW}/{folder}")
    _add_lines(f"{UFW}/etc/ufw/before.rules", {"# drop INVALID packets": before_invalid, "*filter": table_before})
    shutil.copy("/usr/share/ufw/ufw.conf", f"{UFW}/etc/ufw/ufw.conf")
    shutil.copy("/etc/default/ufw", f"{UFW}/etc/default/ufw")
    for rule in (*rules, "--force enable"):
        director.run("ufw", "--rootdir=/", f"--datadir={UFW}", *rule.split())


def _add_lines(path, additions):
    """Adds lines before the first line that begins with each key, which must exist."""
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    for start, added in additions.items():
        place = next(number for number, line in enumerate(lines) if line.startswith(start))
        lines[place:place] = added
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
