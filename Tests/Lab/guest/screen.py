"""A terminal with a shell, as a user would see it: tmux, from the host's root, draws it in memory and returns its content.

Every wait polls, with a generous limit: an emulated host can be slow.
"""

import itertools
import os
import re
import time
from collections import defaultdict

from namespace import command
from peers import endpoint

BOUND = 120  # seconds
SHELL = "bash --norc --noprofile"
_numbers = itertools.count(1)


def wait_for(wanted, bound=BOUND):
    """Polls until the answer is true, or the bound is reached; returns the last answer."""
    end = time.monotonic() + bound
    while not (answer := wanted()) and time.monotonic() < end:
        time.sleep(0.2)
    return answer


def processes(program):
    """(name, id) of the processes that run a program, which may go by several names."""
    found = []
    for number in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.readlink(f"/proc/{number}/exe") == program:
                with open(f"/proc/{number}/comm", encoding="utf-8") as file:
                    found.append((file.read().strip(), int(number)))
        except OSError:
            continue  # it has exited meanwhile
    return sorted(found)


def end(text):
    """An address and port; the text itself if the screen is only partly drawn."""
    try:
        return endpoint(text)
    except ValueError:
        return text


def table(picture, first):
    """The rows of the list on a screen, by column title; `first` is the first title."""
    # Without the keys at the bottom, and without the sort mark, which is in the gap between columns.
    lines = [line.translate({ord(mark): " " for mark in "▲▼"}) for line in picture.splitlines()[:-1]]
    start = next((at for at, line in enumerate(lines) if line.startswith(first)), len(lines))
    rows = []
    for line in lines[start + 1:]:
        if not line.strip() or line.startswith("──"):
            break
        rows.append(_row(_cells(lines[start]), _cells(line)))
    return rows


def _cells(line):
    """Cells are separated by two blanks."""
    return list(re.finditer(r"\S+(?: \S+)*", line))


def _row(titles, cells):
    """Each cell is below its title, left- or right-aligned; missing ones are empty."""
    row = defaultdict(str)
    for cell in cells:
        for title in titles:
            if cell.start() < title.end() and title.start() < cell.end():
                row[title[0]] = cell[0]
    return row


class Screen:
    def __init__(self, columns=120, rows=40, shell=SHELL):
        self.name = f"lab-{next(_numbers)}"
        self.seen = ""  # the last picture taken
        self._answers = f"/tmp/{self.name}.answer"
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows), shell)
        self._tmux("set-option", "-g", "status", "off")
        self.ask("PS1='$ '")

    def _tmux(self, *words, check=True):
        return command("tmux", "-L", self.name, *words, check=check).stdout

    # Input

    def keys(self, *names):
        """Presses keys, by their tmux names; a letter is its own name."""
        self._tmux("send-keys", *names)

    def type(self, text):
        self._tmux("send-keys", "-l", text)

    def enter(self, line):
        self.type(line)
        self.keys("Enter")

    def resize(self, columns, rows):
        self._tmux("resize-window", "-x", str(columns), "-y", str(rows))

    # Output

    def text(self):
        self.seen = self._tmux("capture-pane", "-p")
        return self.seen

    def until(self, wanted, bound=BOUND):
        """Whether a picture appears for which `wanted` is true."""
        return bool(wait_for(lambda: wanted(self.text()), bound))

    def see(self, report, what, wanted):
        """Checks that such a picture appears."""
        return report.check(what, self.until(wanted), self.seen)

    def lines(self):
        """The lines, each joined with any overflow into the next row."""
        return self._tmux("capture-pane", "-p", "-J").rstrip("\n").split("\n")

    def raw(self, path):
        """From now on, also writes every byte sent to the terminal to a file."""
        self._tmux("pipe-pane", f"cat >>{path}")

    # The terminal's own state

    def modes(self):
        """Whether the alternate screen, the cursor, keypad mode and mouse reporting are on."""
        words = self._say("#{alternate_on} #{cursor_flag} #{keypad_flag} #{mouse_any_flag}").split()
        return dict(zip(("alternate", "cursor", "keypad", "mouse"), map(int, words)))

    def size(self):
        return tuple(int(word) for word in self._say("#{pane_width} #{pane_height}").split())

    def program(self):
        """The program in the foreground."""
        return self._say("#{pane_current_command}")

    def settings(self):
        """The output of stty from outside, which does not need the shell."""
        return command("stty", "-a", "-F", self._say("#{pane_tty}")).stdout

    def _say(self, form):
        return self._tmux("display-message", "-p", form).strip()

    # The shell

    def has_shell(self):
        return self.program() in ("bash", "dash")

    def ask(self, line):
        """The shell's output for a line, which is not displayed; waits until the shell is in the foreground."""
        if not wait_for(self.has_shell):
            raise RuntimeError(f"no shell, but {self.program()}: {self.text()}")
        self.enter(f"{{ {line}; }} >{self._answers}.part 2>&1; mv {self._answers}.part {self._answers}")
        if not wait_for(lambda: os.path.exists(self._answers)):
            raise RuntimeError(f"no answer to {line}: {self.text()}")
        with open(self._answers, encoding="utf-8") as file:
            answer = file.read()
        os.remove(self._answers)
        return answer

    def start(self, line):
        """Starts ct-inspect watch; returns once it has drawn its first reading."""
        self.enter(f"clear; {line}")
        if not self.until(is_read):
            raise RuntimeError(f"nothing was read: {self.seen}")

    def close(self):
        self._tmux("kill-server", check=False)


def head(picture):
    return picture.split("\n", 1)[0]


def is_read(picture):
    """Whether this is ct-inspect's screen after a reading."""
    return head(picture).startswith(" ct-inspect ") and " ago, took " in head(picture)


def age(picture):
    """The age of the last reading in seconds, according to the header; None if it is not shown."""
    found = re.search(r"read (?:(\d+)m)?(\d+)s ago", head(picture))
    return int(found[1] or 0) * 60 + int(found[2]) if found else None
