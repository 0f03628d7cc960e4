"""The output of ct-inspect for the bundled captures."""
import json
import os
import pathlib
import pty
import re
import shlex
import subprocess
import termios
import time

from mdoc import COLUMNS, folded

FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "Fixtures"
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC", "NO_COLOR": "1"}
# A run takes milliseconds.
MOST_SECONDS = 60


def run(binary, capture, words):
    """A terminal session with ct-inspect: the command line, and its output.

    - Parameter words: may end with ` | jq .a[0].b`, which is done here.
    """
    words, _, path = words.partition(" | jq ")
    folder = FIXTURES / capture / "capture"
    printed = on_terminal([binary, *shlex.split(words), "--capture", str(folder)])
    command = f"$ ct-inspect {words} --capture {capture}"
    if path:
        return [f"{command} |", f"    jq '{path}'", *part(json.loads(printed), path)]
    return [command, *folded(printed.rstrip().splitlines())]


def diff(binary, before, after):
    """The same with `ct-inspect diff` of two captures, which differ."""
    folders = [str(FIXTURES / capture / "capture") for capture in (before, after)]
    printed = on_terminal([binary, "diff", *folders], status=1)
    return [f"$ ct-inspect diff {before} {after}", *folded(printed.rstrip().splitlines())]


def part(document, path):
    for name, position in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        document = document[name] if name else document[int(position)]
    return json.dumps(document, indent=2, ensure_ascii=False).splitlines()


def on_terminal(command, status=0):
    """The output of a command on a terminal of our width. It must end with that status, without error messages."""
    ours, its = pty.openpty()
    termios.tcsetwinsize(its, (40, COLUMNS))
    settings = termios.tcgetattr(its)
    settings[1] &= ~termios.OPOST
    termios.tcsetattr(its, termios.TCSANOW, settings)
    process = subprocess.Popen(
        command, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=its, stderr=subprocess.PIPE)
    os.close(its)
    try:
        printed = read(ours, time.monotonic() + MOST_SECONDS)
        complaints = process.communicate(timeout=MOST_SECONDS)[1]
    finally:
        process.kill()
        os.close(ours)
    if process.returncode != status or complaints:
        raise RuntimeError(f"{shlex.join(command)}: {process.returncode}: {complaints.decode()}")
    return printed.decode()


def read(terminal, deadline):
    """The output until no writer is left, which a terminal reports as EIO."""
    os.set_blocking(terminal, False)
    printed = b""
    while time.monotonic() < deadline:
        try:
            piece = os.read(terminal, 1 << 16)
            if not piece:
                break
            printed += piece
        except BlockingIOError:
            time.sleep(0.005)
        except OSError:
            break
    return printed
