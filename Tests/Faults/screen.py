"""A terminal for watch: what it draws is read, `q` is pressed, and the terminal must be as before."""
import fcntl
import os
import pty
import select
import signal
import subprocess
import tempfile
import termios
import time

ENDS_WITHIN = 30  # seconds
QUIT_AFTER = 0.2  # seconds after the first it draws: some readings
AGAIN_AFTER = 1  # second: a key may be lost with a fault


class Screen:
    def __init__(self):
        self.terminal, self.other = pty.openpty()
        self.before = termios.tcgetattr(self.other)
        self.drawn = b""

    @staticmethod
    def run(words, **options):
        """Runs a program to its end; returns its status, what it drew and complained, and what is wrong."""
        screen = Screen()
        try:
            with tempfile.TemporaryFile() as errors:
                process = subprocess.Popen(
                    words, stdin=screen.other, stdout=screen.other, stderr=errors, start_new_session=True,
                    preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0), **options)
                remarks = screen.play(process)
                errors.seek(0)
                return process.returncode, screen.drawn.decode(errors="replace"), errors.read().decode(errors="replace"), remarks
        finally:
            os.close(screen.terminal)
            os.close(screen.other)

    def play(self, process):
        end = time.monotonic() + ENDS_WITHIN
        quit_at = None
        while process.poll() is None:
            now = time.monotonic()
            if now > end:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                return [f"did not end within {ENDS_WITHIN} s"]
            self.look(0.02)
            if self.drawn and quit_at is None:
                quit_at = now + QUIT_AFTER
            if quit_at is not None and now > quit_at:
                os.write(self.terminal, b"q")
                quit_at = now + AGAIN_AFTER
        self.look(0)
        is_as_before = termios.tcgetattr(self.other) == self.before
        return [] if is_as_before else ["left the terminal in another mode"]

    def look(self, seconds):
        while select.select([self.terminal], [], [], seconds)[0]:
            self.drawn += os.read(self.terminal, 65536)
            seconds = 0
