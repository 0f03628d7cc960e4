"""Text for mdoc(7)."""
import re
import textwrap

# What remains of 80 columns after the indentation and a margin.
COLUMNS = 73
# Width of a source line: mandoc's style wants 80 at most.
LONGEST_LINE = 78

SIGNS = {"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"}


def escaped(line):
    """Escapes characters that troff would replace, so that text copied from a page is correct."""
    line = "".join(SIGNS.get(sign, sign if sign.isascii() else f"\\[u{ord(sign):04X}]") for sign in line)
    return "\\&" + line if line[:1] == "." else line


def prose(sentences):
    """Each sentence starts on a new line, as mdoc(7) requires."""
    for sentence in re.split(r"(?<=[.!?]) +(?=[A-Z])", sentences):
        yield from wrapped(escaped(sentence))


def wrapped(line):
    """Splits a text line that is too long; a macro line cannot be split."""
    if line.startswith(".") or len(line) <= LONGEST_LINE:
        return [line]
    return textwrap.wrap(line, LONGEST_LINE, break_long_words=False, break_on_hyphens=False)


def folded(lines):
    """A table fits; a sentence is wrapped between words, where the terminal would break it anywhere."""
    for line in lines:
        yield from textwrap.wrap(line, COLUMNS, break_on_hyphens=False) if len(line) > COLUMNS else [line]


def display(lines):
    yield ".Bd -literal"
    yield from (escaped(line.rstrip()) for line in lines)
    yield ".Ed"


def alternatives(words):
    """The words of a macro's argument, separated by |, which is set differently from the words."""
    return " | ".join(map(escaped, words))
