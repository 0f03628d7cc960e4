"""watch restores the terminal however it ends: by a key, a signal, kill -9, an error at startup.

This is checked with stty, tmux and /proc. bash restores the settings itself when a program is killed, dash does not.
"""

import os
import signal

from director import VIP
from screen import Screen, processes, wait_for

PLAIN = {"alternate": 0, "cursor": 1, "keypad": 0, "mouse": 0}
TAKEN = {"alternate": 1, "cursor": 0, "keypad": 1, "mouse": 1}
TAKING = (b"\x1b[?1049h", b"\x1b[?1000h")  # alternate screen, mouse reporting


def conduct(hosts, subject, report):
    hosts.vip(VIP)
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    hosts.ipvs("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -g")
    if subject is None:
        report.skip("what ct-inspect does (--peers-only)")
        return
    for shell in ("bash --norc --noprofile", "dash"):
        terminal = Terminal(hosts, subject, report, shell)
        terminal.judge_ends()
        terminal.judge_stop()
    terminal.judge_guard()
    terminal = Terminal(hosts, subject, report)
    terminal.judge_mistakes()
    terminal.judge_pipes()
    terminal.judge_hangup()


class Terminal:
    def __init__(self, hosts, subject, report, *shell):
        self.program, self.report = subject.program, report
        self.watch = f"{subject.program} watch --netns {hosts.director.name}"
        self.screen = Screen(120, 40, *shell)
        hosts.open.append(self.screen)

    def number(self, name="ct-inspect"):
        return dict(processes(self.program))[name]

    def begin(self, way):
        """Starts it; returns the terminal settings from before."""
        settings = self.screen.ask("stty -a")
        self.screen.start(self.watch)
        self.report.equal(f"{way}: at first, it has the screen", TAKEN, self.screen.modes())
        return settings

    def is_back(self):
        return self.screen.has_shell() and self.screen.modes() == PLAIN

    def is_over(self):
        return self.is_back() and not processes(self.program)

    def end(self, way, settings, status):
        wait_for(self.is_over)
        shell = self.screen.program()
        self.report.equal(f"{way}: {shell} has the screen again", PLAIN, self.screen.modes())
        self.report.equal(f"{way}: none of its processes is left", [], processes(self.program))
        self.report.equal(f"{way}: its status", str(status), self.screen.ask("echo $?").strip())
        self.report.equal(f"{way}: stty in {shell} shows the original settings", settings, self.screen.ask("stty -a"))

    def judge_ends(self):
        for way, keys in (("q", "q"), ("Ctrl-C", "C-c")):
            settings = self.begin(way)
            self.screen.keys(keys)
            self.end(way, settings, 0)
        for number, status in ((signal.SIGTERM, 0), (signal.SIGHUP, 0), (signal.SIGKILL, 137)):
            settings = self.begin(number.name)
            os.kill(self.number(), number)
            self.end(number.name, settings, status)

    def judge_stop(self):
        settings = self.begin("Ctrl-Z")
        self.screen.keys("C-z")
        self.screen.see(self.report, "Ctrl-Z: the shell prints Stopped", lambda text: "Stopped" in text and self.is_back())
        self.report.equal("Ctrl-Z: stty shows the original settings", settings, self.screen.ask("stty -a"))
        self.screen.start("fg")
        self.report.equal("fg brings the screen back", TAKEN, self.screen.modes())
        self.screen.keys("q")
        self.end("q after fg", settings, 0)

    def judge_guard(self):
        """Without the guard the terminal is not restored, which proves that the checks above can fail."""
        outside = self.screen.settings()
        self.begin("kill -9 of all")
        guard = self.number("ct-inspect-tty")
        for number in (guard, self.number()):
            os.kill(number, signal.SIGKILL)
        wait_for(lambda: self.screen.has_shell() and not processes(self.program))
        left = self.screen.modes()
        self.report.check("kill -9 of its guard, too: the terminal is not restored", left != PLAIN, left)
        self.report.check("nor its settings", self.screen.settings() != outside, outside)

    def judge_mistakes(self):
        screen, report, log = self.screen, self.report, "/tmp/watch-terminal.raw"
        screen.raw(log)
        settings = screen.ask("stty -a")
        for line, word in ((f"{self.program} watch --netns nosuch", "nosuch"), (f"TERM=nosuch {self.watch}", "TERM=nosuch")):
            screen.enter(f"clear; {line}")
            status = screen.ask("echo $?").strip()
            report.check(f"{word}: it exits with an error status", status == "69" if word == "nosuch" else status != "0", status)
            screen.see(report, f"{word}: the message names it", lambda text: f"{word} " in text or f"{word}:" in text)
            report.equal(f"{word}: the terminal is unchanged", (PLAIN, settings), (screen.modes(), screen.ask("stty -a")))
        report.equal("no process of either is left", [], processes(self.program))
        report.equal("neither took over the screen", [False, False], [one in _content(log) for one in TAKING])
        settings = self.begin("without a mistake")
        wait_for(lambda: all(one in _content(log) for one in TAKING), 10)
        report.equal("which would have been seen", [True, True], [one in _content(log) for one in TAKING])
        screen.keys("q")
        self.end("without a mistake", settings, 0)

    def judge_pipes(self):
        """Without a terminal for the output, one screen is printed."""
        once = self.screen.ask(f"{self.watch} --once; echo $?").splitlines()
        self.report.check("watch --once prints one screen", any("tcp 10.0.0.100:80" in line for line in once), once)
        self.report.equal("with status 0", "0", once[-1])
        self.report.equal("and without escape sequences", [], [line for line in once if "\x1b" in line])
        piped = self.screen.ask(f"{self.watch} | cat; echo ${{PIPESTATUS[0]}}").splitlines()
        self.report.equal("watch | cat does the same", (True, "0"), (any("tcp 10.0.0.100:80" in line for line in piped), piped[-1]))
        short = self.screen.ask(f"{self.watch} | head -3").splitlines()
        self.report.equal("watch | head -3: three lines, no error message", once[1:3], short[1:])

    def judge_hangup(self):
        self.begin("the terminal goes away")
        self.screen.close()
        wait_for(lambda: not processes(self.program))
        self.report.equal("when the terminal goes away, none of its processes is left", [], processes(self.program))


def _content(path):
    with open(path, "rb") as file:
        return file.read()
