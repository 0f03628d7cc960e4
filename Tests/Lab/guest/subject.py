"""ct-inspect, the program under test, run the way its users do."""

import json
import os
import shutil

from namespace import command

NOBODY = 65534
ORDINARY_USER = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=-all")
# Without the names of ip-netns(8), as the host's own namespace is.
NAMELESS = ("unshare", "--mount", "sh", "-c", 'umount -l /run/netns/*; exec "$@"', "sh")
SUDO = ("env", f"SUDO_UID={NOBODY}", f"SUDO_GID={NOBODY}")


class Subject:
    def __init__(self, binary):
        # Copied from the shared directory, which on the host only its owner may enter.
        self.program = shutil.copy(binary, "/tmp/ct-inspect")
        os.chmod(self.program, 0o755)

    def run(self, *arguments, ordinary_user=False, sudo_user=False, nameless=False, check=True):
        """Runs it in the current namespace; with sudo_user as root on behalf of an ordinary user, as with sudo(8)."""
        prefix = ORDINARY_USER if ordinary_user else SUDO if sudo_user else NAMELESS if nameless else ()
        return command(*prefix, self.program, *arguments, check=check)

    def flows(self, *arguments, **options):
        return json.loads(self.run("flows", "--json", *arguments, **options).stdout)

    def services(self, *arguments):
        return json.loads(self.run("services", "--json", *arguments).stdout)
