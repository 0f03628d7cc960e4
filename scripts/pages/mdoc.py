"""Text for mdoc(7)."""
import re
import textwrap

# What the indentation and a margin leave of 80 columns.
COLUMNS = 73
# Of a source line: mandoc's style asks for 80 at most.
LONGEST_LINE = 78

SIGNS = {"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"}


def escaped(line):
    """Replaces what troff would make another sign of, so that what is copied from a page is what was meant."""
    line = "".join(SIGNS.get(sign, sign if sign.isascii() else f"\\[u{ord(sign):04X}]") for sign in line)
    return "\\&" + line if line[:1] == "." else line


def prose(sentences):
    """Each sentence begins on a line of its own, as mdoc(7) asks for."""
    for sentence in re.split(r"(?<=[.!?]) +(?=[A-Z])", sentences):
        yield from wrapped(escaped(sentence))


def wrapped(line):
    """A line of text that is too long becomes several; one of a macro cannot."""
    if line.startswith(".") or len(line) <= LONGEST_LINE:
        return [line]
    return textwrap.wrap(line, LONGEST_LINE, break_long_words=False, break_on_hyphens=False)


def folded(lines):
    """A table fits; a sentence is broken between its words, where the terminal would break it anywhere."""
    for line in lines:
        yield from textwrap.wrap(line, COLUMNS, break_on_hyphens=False) if len(line) > COLUMNS else [line]


def display(lines):
    yield ".Bd -literal"
    yield from (escaped(line.rstrip()) for line in lines)
    yield ".Ed"


def alternatives(words):
    """The words of a macro's argument with | between them, which the macro does not print as it prints them."""
    return " | ".join(map(escaped, words))
