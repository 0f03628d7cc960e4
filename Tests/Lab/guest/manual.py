"""What ct-inspect-lvs-dr(7) shows: the commands that it gives are played, and its transcripts have to be what the program says.

A display there that the lab knows has a comment before it, `.\\" lab: NAME`.
"""

import os
import re

PAGE = "/run/exchange/ct-inspect-lvs-dr.7"
SAMPLES = "/run/exchange/samples/ct-inspect-lvs-dr"
# As the page needs them; mandoc_char(7) has more.
ESCAPES = {r"\-": "-", r"\e": "\\", r"\(em": "—", r"\(aq": "'", r"\&": ""}


def display(name):
    """The lines of a display, as a reader sees them."""
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
    """The same words, with any numbers: how often a packet is retransmitted varies. Commands precede their output."""
    os.makedirs(SAMPLES, exist_ok=True)
    with open(f"{SAMPLES}/{name.replace(' ', '-')}.txt", "w", encoding="utf-8") as file:
        file.write(said)
    shown = "\n".join(line for line in display(name) if not line.startswith(("$ ", "# ")))
    report.equal(f'ct-inspect-lvs-dr(7) shows what it says ("{name}")', _words(shown), _words(said))


def _words(text):
    """Without how many were traced, and without the sentence about our own counters, which are of iptables-legacy."""
    text = re.sub(r"\(\d+ traced\)|^iptables-legacy has tables here .*", "", text, flags=re.M)
    return sorted({re.sub(r"\d+", "1", word.strip(".,;:()")) for word in text.split()} - {"-"})
