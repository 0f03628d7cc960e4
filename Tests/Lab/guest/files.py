"""Other files in place of the guest's, which are the host's and cannot be written."""

import contextlib
import subprocess
import tempfile


@contextlib.contextmanager
def in_place_of(path, text):
    with tempfile.NamedTemporaryFile("w", suffix=".nft") as file:
        file.write(text)
        file.flush()
        subprocess.run(["mount", "--bind", file.name, path], check=True)
        try:
            yield
        finally:
            subprocess.run(["umount", path], check=True)


@contextlib.contextmanager
def without_systemd():
    """What systemd starts is the host's business: here nothing says what it starts."""
    subprocess.run(["mount", "-t", "tmpfs", "none", "/etc/systemd/system"], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "/etc/systemd/system"], check=True)
