"""advise behind firewalld itself, which drops INVALID before any zone: only a table of its own helps, and outlives a reload."""

from advising import judge_advice, judge_persisted
from firewalld import Firewalld


def conduct(hosts, subject, report):
    with Firewalld(hosts.director) as firewalld:
        firewalld.command("--permanent", "--add-port=80/tcp")
        firewalld.reload()
        fix = judge_advice(hosts, subject, report, "notrack", {"UNTRACKED"}, proven=("notrack",), captured=True, rule="inet firewalld filter_INPUT")
        if fix:
            hosts.director.run("nft", "-f", "-", text="\n".join(fix["persist"][0]["lines"]) + "\n")
            firewalld.reload()
            judge_persisted(hosts, subject, report)
