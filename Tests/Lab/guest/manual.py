"""Checks ct-inspect-lvs-dr(7): its commands are run, and its transcripts must match the program's output.

A display used by the lab is preceded by a comment, `.\\" lab: NAME`.
"""

import os
import re

PAGE = "/run/exchange/ct-inspect-lvs-dr.7"
SAMPLES = "/run/exchange/samples/ct-inspect-lvs-dr"
# Those used on the page; mandoc_char(7) has more.
ESCAPES = {r"\-": "-", r"\e": "\\", r"\(em": "—", r"\(aq": "'", r"\&": ""}


def display(name):
    """The lines of a display, as seen by a reader."""
    with open(PAGE, encoding="utf-8") as file:
        page = file.read()
    found = re.search(rf'^\.\\" lab: {re.escape(name)}\n\.Bd [^\n]*\n(.*?)^\.Ed$', page, re.M | re.S)
    if not found:
        raise LookupError(f"{PAGE} has no display {name!r}")
    return re.sub(r"\\(?:\(..|.)", lambda escape: ESCAPES[escape[0]], found[1]).splitlines()


def play(director, name):
    """Runs a display's lines as commands, until one fails."""
    director.run("sh", "-e", text="\n".join(display(name)) + "\n")


def judge_transcript(report, name, said):
    """Compares words but not numbers, as retransmissions vary. Commands precede their output."""
    os.makedirs(SAMPLES, exist_ok=True)
    with open(f"{SAMPLES}/{name.replace(' ', '-')}.txt", "w", encoding="utf-8") as file:
        file.write(said)
    shown = "\n".join(line for line in display(name) if not line.startswith(("$ ", "# ")))
    report.equal(f'ct-inspect-lvs-dr(7) shows the actual output ("{name}")', _words(shown), _words(said))


def _words(text):
    """Without the number of traced packets, and without the sentence about our own counters, which use iptables-legacy."""
    text = re.sub(r"\(\d+ traced\)|^iptables-legacy has tables here .*", "", text, flags=re.M)
    return sorted({re.sub(r"\d+", "1", word.strip(".,;:()")) for word in text.split()} - {"-"})
