"""firewalld itself, in the namespace of a director, on a bus of its own."""

import os
import shutil
import subprocess
import time

from namespace import command, end_process

HOME = "/run/firewalld-lab"
BUS = f"unix:path={HOME}/bus"
CONFIGURATION = f"""<busconfig><type>system</type><listen>{BUS}</listen><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
"""
BOUND = 300  # seconds: a Python program with many modules, on an emulated host


class Firewalld:
    """As a context: it runs meanwhile, and its rules are gone then. Its configuration is a copy, as the guest's files are read-only."""

    def __init__(self, director):
        self.director = director
        os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = BUS

    def __enter__(self):
        shutil.rmtree(HOME, ignore_errors=True)
        os.makedirs(HOME)
        with open(f"{HOME}/bus.conf", "w", encoding="ascii") as file:
            file.write(CONFIGURATION)
        shutil.copytree("/etc/firewalld", f"{HOME}/etc")
        with open(f"{HOME}/log", "w", encoding="utf-8") as self.log, self.director.inside():
            self.processes = [self._start("dbus-daemon", f"--config-file={HOME}/bus.conf", "--nofork", "--nopidfile")]
            # Its sockets and files are in /run and /etc; here, in a mount namespace of its own.
            self.processes.append(
                self._start("firewalld", "--nofork", "--nopid", f"--system-config={HOME}/etc", "--log-target=console")
            )
        try:
            self._wait()
        except RuntimeError:
            self.__exit__()
            raise
        return self

    def _wait(self):
        """Until it answers, which it does not while it loads its rules."""
        end = time.monotonic() + BOUND
        while self.command("--state", check=False).returncode != 0:
            if time.monotonic() > end:
                with open(f"{HOME}/log", encoding="utf-8") as file:
                    raise RuntimeError(f"firewalld does not start: {file.read()}")
            time.sleep(1)

    def _start(self, *words):
        return subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def command(self, *words, check=True):
        with self.director.inside():
            return command("firewall-cmd", *words, check=check, timeout=BOUND)

    def reload(self):
        """firewall-cmd waits for 25 s (D-Bus), and a busy host may need longer."""
        done = self.command("--reload", check=False)
        if done.returncode != 0 and "Did not receive a reply" not in done.stderr:
            raise RuntimeError(f"firewalld does not reload: {done.stderr}")
        self._wait()

    def __exit__(self, *_):
        for process in reversed(self.processes):
            end_process(process, BOUND)
