"""What is on docs/fleet.md: statements that make tables, questions by heading, and configurations by language."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "fleet.md"


def sections():
    """The page's text by its headings of the second level."""
    parts = re.split(r"^## (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


def statements():
    """Those that make the tables, in their order."""
    for block in blocks(sections()["Tables"], "sql"):
        # A semicolon at the end of a line ends a statement; none is inside of one.
        for statement in re.split(r";[ \t]*$", block, flags=re.M):
            if re.sub(r"^--.*$", "", statement, flags=re.M).strip():
                yield statement.strip()


def questions():
    """The query under each heading of the third level; a heading without exactly one has None."""
    parts = re.split(r"^### (.+)$", sections()["Questions"], flags=re.M)
    for heading, text in zip(parts[1::2], parts[2::2]):
        queries = blocks(text, "sql")
        yield heading, queries[0].strip() if len(queries) == 1 else None


def answers():
    """The table that some questions have, by heading: their answer."""
    parts = re.split(r"^### (.+)$", sections()["Questions"], flags=re.M)
    for heading, text in zip(parts[1::2], parts[2::2]):
        rows = re.findall(r"^\|.*\n", text, re.M)
        if rows:
            yield heading, "".join(rows)


def configurations():
    """Heading, language and text of each block under Shipping that has a language."""
    parts = re.split(r"^### (.+)$", sections()["Shipping"], flags=re.M)
    for heading, text in zip(parts[1::2], parts[2::2]):
        for language, block in re.findall(r"^```(\w+)\n(.*?)^```$", text, re.M | re.S):
            yield heading, language, block


def examples():
    """The lines shown at the beginning."""
    return blocks(PAGE.read_text(encoding="utf-8").partition("\n## ")[0], "json")[0].splitlines()
