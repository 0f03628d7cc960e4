"""A network namespace, entered by this process itself, so that no helper programs are needed inside it.

A socket stays in the namespace where it was created, and a program starts in the namespace of its parent;
/proc/net and /proc/sys/net show the namespace of the process that opens them. So it is enough to enter, act, and return.
"""

import contextlib
import ctypes
import os
import subprocess

CLONE_NEWNET = 0x40000000  # linux/sched.h
_libc = ctypes.CDLL(None, use_errno=True)


def _enter(descriptor):
    # os.setns came with Python 3.12; Debian 12 has 3.11.
    if _libc.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def command(*words, text=None, check=True, timeout=120):
    """Runs a program in the current namespace; its output is text, and failure raises an exception with the reason."""
    done = subprocess.run(words, input=text if text is not None else "", capture_output=True, text=True, timeout=timeout)
    if check and done.returncode != 0:
        raise RuntimeError(f"{' '.join(words)}: status {done.returncode}: {(done.stderr or done.stdout).strip()}")
    return done


def end_process(process, bound):
    """Ends a daemon: it is asked to, and killed if it has not within so many seconds."""
    process.terminate()
    try:
        process.wait(bound)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Namespace:
    def __init__(self, name):
        self.name, self.exists = name, True
        command("ip", "netns", "add", name)
        with self.inside():
            command("ip", "link", "set", "lo", "up")

    @contextlib.contextmanager
    def inside(self):
        home = os.open("/proc/self/ns/net", os.O_RDONLY)
        try:
            there = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
            try:
                _enter(there)
            finally:
                os.close(there)
            try:
                yield
            finally:
                _enter(home)
        finally:
            os.close(home)

    def run(self, *words, **options):
        with self.inside():
            return command(*words, **options)

    def ip(self, *lines):
        self.run("ip", "-batch", "-", text="\n".join(lines) + "\n")

    def read(self, path):
        with self.inside(), open(path, encoding="ascii") as file:
            return file.read()

    def sysctl(self, values):
        for key, value in values.items():
            with self.inside(), open("/proc/sys/" + key.replace(".", "/"), "w", encoding="ascii") as file:
                file.write(str(value))

    def delete(self):
        """Removes its name; a program running in it keeps it alive."""
        if self.exists:
            command("ip", "netns", "delete", self.name)
        self.exists = False
