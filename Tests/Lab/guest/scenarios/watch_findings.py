"""watch shows what check finds behind UFW, in the banner and in Findings, before a packet was sent, and no more once it is fixed."""

from filters import ufw
from shown import judge_trap_shown
from story import WebStory


def conduct(hosts, subject, report):
    hosts.vs_conntrack(0)
    ufw(hosts.director, "allow 80/tcp")
    WebStory(hosts)
    judge_trap_shown(hosts, subject, report, "ufw-before-input")
