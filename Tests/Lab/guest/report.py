"""One line per check, as it happens, in the file that the host follows."""

import time


class Report:
    def __init__(self, path, kernel):
        self.file = open(path, "a", encoding="utf-8", buffering=1)
        self.kernel = kernel
        self.scenario = ""
        self.started = time.monotonic()

    def begin(self, scenario):
        self.scenario = scenario
        self.started = time.monotonic()

    def took(self):
        self._line("time", f"{time.monotonic() - self.started:.1f} s")

    def _line(self, word, text):
        self.file.write(f"{word} {self.kernel} {self.scenario}: {text}\n")

    def check(self, what, passed, detail=""):
        if passed:
            self._line("ok", what)
        else:
            # One line per check, so the lines of the detail are joined.
            self._line("FAIL", f"{what} -- {' | '.join(str(detail).strip().splitlines())[:2000]}")
        return passed

    def equal(self, what, wanted, got):
        return self.check(what, wanted == got, f"wanted {wanted!r}, got {got!r}")

    def same_set(self, what, wanted, got):
        """Compares lists in any order, including duplicates."""
        missing, extra = list(wanted), []
        for item in got:
            if item in missing:
                missing.remove(item)
            else:
                extra.append(item)
        return self.check(what, not missing and not extra, f"missing {missing!r}, and not expected {extra!r}")

    def note(self, figures):
        """A measurement, which is no check."""
        self._line("note", figures)

    def skip(self, why):
        self._line("skip", why)

    def end(self):
        self.file.write("end\n")
        self.file.close()
