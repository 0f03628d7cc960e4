"""Shells in a terminal, as used interactively: tmux, which draws it in memory, shows the result of the line typed.

Every wait polls, with a limit.
"""

import itertools
import os
import subprocess
import time

BOUND = 30  # seconds
PROMPT = "$ "
_numbers = itertools.count(1)


def begin(kind, place):
    """The command that starts a shell, and its initial commands; completions are found the way a package's are."""
    if kind == "bash":
        return "bash --noprofile --norc -i", [
            "bind 'set show-all-if-ambiguous on'",
            "bind 'set page-completions off'", "bind 'set completion-query-items 0'", "bind 'set bell-style none'",
            ". /usr/share/bash-completion/bash_completion", f"PS1='{PROMPT}'"]
    if kind == "zsh":
        return "zsh -f -i", [
            f"fpath=({place}/zsh $fpath)", "autoload -Uz compinit; compinit -u -D", "unsetopt beep; LISTMAX=1000", f"PS1='{PROMPT}'"]
    return "fish --private", [f"function fish_prompt; printf '{PROMPT}'; end", "function fish_greeting; end", "set -g fish_autosuggestion_enabled 0"]


class Shell:
    def __init__(self, kind, place, folder, user=0):
        self.name = f"ct-inspect-completions-{os.getpid()}-{next(_numbers)}"
        self.kind = kind
        program, lines = begin(kind, place)
        environment = {
            "HOME": f"{place}/home-{user}", "PATH": f"{place}/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM": "xterm-256color", "LC_ALL": "C.UTF-8",
            "XDG_DATA_HOME": f"{place}/data", "XDG_DATA_DIRS": f"{place}/share:/usr/share"}
        clean = " ".join(f"{key}={value}" for key, value in environment.items())
        prefix = f"setpriv --reuid={user} --regid={user} --clear-groups " if user else ""
        os.makedirs(environment["HOME"], exist_ok=True)
        os.chown(environment["HOME"], user, user)
        try:
            self._tmux("-f", "/dev/null", "new-session", "-d", "-x", "150", "-y", "50", "-c", folder, f"{prefix}env -i {clean} {program}")
            for line in lines:
                self._enter(line)
            self._clear()
        except BaseException:
            self.close()
            raise

    def _tmux(self, *words):
        return subprocess.run(["tmux", "-L", self.name, *words], check=True, capture_output=True, text=True, timeout=BOUND).stdout

    def _enter(self, line):
        """Enters a line, and waits until it has been executed, by output that only its execution produces."""
        mark = next(_numbers)
        self._tmux("send-keys", "-l", f"{line}; echo done-$(({mark} + 1000))" if self.kind != "fish" else f"{line}; echo done-(math {mark} + 1000)")
        self._tmux("send-keys", "Enter")
        if not self._wait(lambda picture: f"\ndone-{mark + 1000}\n" in f"\n{picture}"):
            raise RuntimeError(f"{self.kind} does not answer: {self.picture()}")

    def _clear(self):
        # fish's first Ctrl-C may only close its list of candidates; a shell still busy with the last line also needs another one.
        for _ in range(5):
            self._tmux("send-keys", "C-c")
            if self._wait(lambda picture: picture.rstrip().rpartition("\n")[2].rstrip() == PROMPT.rstrip(), bound=BOUND / 5):
                break
        self._enter("clear")
        self._tmux("send-keys", "C-l")
        self._wait(lambda picture: picture.strip() == PROMPT.strip())

    def picture(self):
        return self._tmux("capture-pane", "-p", "-J")

    def _wait(self, wanted, bound=BOUND):
        end = time.monotonic() + bound
        while time.monotonic() < end:
            if wanted(self.picture()):
                return True
            time.sleep(0.05)
        return False

    def complete(self, line, wanted, behind=""):
        """Types a line, presses Tab, and waits for the wanted picture; returns the last one.

        - Parameter behind: the text after the cursor."""
        self._clear()
        self._tmux("send-keys", "-l", line + behind)
        self._wait(lambda picture: typed(picture) == (line + behind).rstrip())
        self._tmux("send-keys", *["Left"] * len(behind), "Tab")
        is_right = self._wait(wanted)
        return is_right, self.picture()

    def stays(self, line, bound):
        """Whether Tab adds nothing to a line and shows no message: the shell accepts input again within the bound, as the next
        character typed shows, and the screen has this line only."""
        self._clear()
        self._tmux("send-keys", "-l", line)
        self._wait(lambda picture: typed(picture) == line)
        self._tmux("send-keys", "Tab")
        self._tmux("send-keys", "-l", "#")
        is_right = self._wait(lambda picture: picture.strip() == f"{PROMPT}{line}#", bound)
        return is_right, self.picture()

    def close(self):
        subprocess.run(["tmux", "-L", self.name, "kill-server"], check=False, capture_output=True)


def typed(picture):
    """The line after the prompt."""
    first = next((line for line in picture.splitlines() if line.startswith(PROMPT.strip())), "")
    return first[len(PROMPT):].rstrip()
