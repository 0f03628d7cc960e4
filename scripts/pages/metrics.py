"""The metrics, as `ct-inspect export --list` reports them, in mdoc(7)."""
import re
import subprocess

from mdoc import escaped, prose


class Metrics:
    """Those that a page has not named yet are in `left`."""

    def __init__(self, binary):
        listing = subprocess.run(
            [binary, "export", "--list"], check=True, capture_output=True, text=True, timeout=60).stdout
        self.left = dict(line.split(" ", 1) for line in listing.splitlines())

    def listing(self, pattern):
        """Those whose names match after `ctinspect_`."""
        found = [name for name in self.left if re.fullmatch(pattern, name.removeprefix("ctinspect_"))]
        if not found:
            raise ValueError("there is no such metric")
        yield ".Bl -tag -width Ds"
        for name in found:
            kind, meaning = self.left.pop(name).split(" ", 1)
            yield f".It Li {escaped(name)} Pq {kind}"
            yield from prose(meaning)
        yield ".El"
