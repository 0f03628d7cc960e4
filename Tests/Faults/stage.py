"""Where a command runs: a network namespace with entries and rules, and a folder. Each worker has its own."""
import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
from collections import namedtuple

from commands import ARCHIVE, MIXED, TARGET
from screen import Screen

CLONE_NEWNET = 0x40000000
PR_SET_CHILD_SUBREAPER = 36
ENDS_WITHIN = 30  # seconds; a second is usual, and under strace on a busy machine some
ORPHANS_END_WITHIN = 3  # seconds

RULES = """
table inet faults {
    set clients { type ipv4_addr; elements = { 10.0.0.1, 10.0.0.2, 10.0.0.3 }; }
    chain input { type filter hook input priority 0; ct state invalid drop; ip saddr @clients tcp dport 80 accept; }
    chain output { type filter hook output priority 0; ct state new counter; }
}
"""
# So long that the time left has the same number of digits in each run, by which `verdict.steady` knows it.
TIMEOUT = 8_000_000  # seconds
ENTRIES = 24

Run = namedtuple("Run", "status output errors seconds trace leftovers")


def libc(name, *arguments):
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}; run it as root")


class Stage:
    def __init__(self, program, folder):
        """`folder`: for a folder of its own."""
        self.program = program
        libc("unshare", CLONE_NEWNET)
        # What a command leaves running becomes our child.
        libc("prctl", PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=folder))
        self.trace = self.folder / "trace"
        self.work = self.folder / "work"
        (self.work / "tmp").mkdir(parents=True)
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        subprocess.run(["nft", RULES], check=True)
        for number in range(1, ENTRIES + 1):
            protocol = ["-p", "tcp", "--state", "ESTABLISHED", "-u", "ASSURED"] if number % 3 else ["-p", "udp"]
            words = ["-s", f"10.0.0.{number}", "-d", "10.0.0.100", "--sport", "1024", "--dport", "80", "-t", str(TIMEOUT)]
            subprocess.run(["conntrack", "-I", *protocol, *words], check=True, capture_output=True)
        self.rules = self.kernel_rules()
        subprocess.run(["tar", "-czf", self.work / ARCHIVE, "-C", MIXED, "."], check=True)

    @staticmethod
    def kernel_rules():
        return subprocess.run(["nft", "-s", "list", "ruleset"], check=True, capture_output=True, text=True).stdout

    def clear(self):
        shutil.rmtree(self.work / TARGET, ignore_errors=True)

    def environment(self):
        path = {"PATH": os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin", "HOME": str(self.work)}
        return {**path, "LC_ALL": "C.UTF-8", "TZ": "UTC", "TERM": "xterm-256color", "TMPDIR": str(self.work / "tmp"), "LINES": "40", "COLUMNS": "120"}

    def run(self, command, strace=None):
        """Runs a command to its end, with these options of strace; without any, alone."""
        words = [] if strace is None else ["strace", "-f", "-qq", "-o", str(self.trace), *strace]
        self.trace.unlink(missing_ok=True)
        run = Screen.run if command.on_terminal else self.run_in_pipes
        begin = time.monotonic()
        status, output, errors, remarks = run([*words, self.program, *command.words], cwd=self.work, env=self.environment())
        seconds = time.monotonic() - begin
        trace = self.trace.read_text(errors="replace") if self.trace.exists() else ""
        return Run(status, output, errors, seconds, trace, remarks + self.leftovers())

    @staticmethod
    def run_in_pipes(words, **options):
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, **options)
        remarks = []
        try:
            output, errors = process.communicate(timeout=ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            remarks = [f"did not end within {ENDS_WITHIN} s"]
            os.killpg(process.pid, signal.SIGKILL)
            output, errors = process.communicate()
        return process.returncode, output.decode(errors="replace"), errors.decode(errors="replace"), remarks

    def leftovers(self):
        """What a command left behind, as complaints; and takes it away. A network namespace or a program for BPF ends with its last process."""
        found = [f"left a process: {name}" for name in self.orphans()]
        rules = self.kernel_rules()
        if rules != self.rules:
            found.append("left rules in the kernel")
            subprocess.run(["nft", "flush", "ruleset"], check=True)
            subprocess.run(["nft", RULES], check=True)
        for path in sorted(self.work.rglob("*"), reverse=True):
            if path == self.work / "tmp" or path.relative_to(self.work).parts[0] == TARGET:
                continue
            found.append(f"left {path.relative_to(self.work)}")
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        return found

    @staticmethod
    def orphans():
        """Their names, after a while in which they may end by themselves."""
        end = time.monotonic() + ORPHANS_END_WITHIN
        while time.monotonic() < end:
            try:
                while os.waitpid(-1, os.WNOHANG)[0] != 0:
                    pass
            except ChildProcessError:
                return []
            time.sleep(0.02)
        names = []
        for child in pathlib.Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
            names.append(pathlib.Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ").strip())
            os.kill(int(child), signal.SIGKILL)
            os.waitpid(int(child), 0)
        return names
