"""ct-inspect, the program under test, as its users run it."""

import json
import os
import shutil

from namespace import command

NOBODY = 65534
ORDINARY_USER = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=-all")


class Subject:
    def __init__(self, binary):
        # Out of the shared folder, which on the host only its owner may enter.
        self.program = shutil.copy(binary, "/tmp/ct-inspect")
        os.chmod(self.program, 0o755)

    def run(self, *arguments, ordinary_user=False, check=True):
        """Runs it in the namespace of the moment."""
        return command(*(ORDINARY_USER if ordinary_user else ()), self.program, *arguments, check=check)

    def flows(self, *arguments, **options):
        return json.loads(self.run("flows", "--json", *arguments, **options).stdout)

    def services(self, *arguments):
        return json.loads(self.run("services", "--json", *arguments).stdout)


def hand_over(capture):
    """Gives a capture to an ordinary user, as one who gets it with a bug report has it."""
    own = f"{capture}-handed-over"
    shutil.copytree(capture, own)
    for folder, _, files in os.walk(own):
        for path in (folder, *(os.path.join(folder, name) for name in files)):
            os.chown(path, NOBODY, NOBODY)
    return own
