"""The static fix for UFW from ct-inspect-lvs-dr(7): INVALID packets pass, and IPVS sees connections end."""

import manual
from cures import judge_cure
from filters import ufw


def conduct(hosts, subject, report):
    ufw(hosts.director, "allow 80/tcp", before_invalid=manual.display("cure ufw"))
    judge_cure(hosts, subject, report, {"NEW", "INVALID"}, "observe cure ufw", on_screen=True)
