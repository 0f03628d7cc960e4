"""Docker's daemon itself, in the namespace of a director, without any container: its rules are made when it starts."""

import json
import os
import shutil
import subprocess
import time

from namespace import end_process

PROGRAMS = "/run/exchange/docker"
HOME = "/run/docker-lab"
CGROUPS = "/sys/fs/cgroup"
BOUND = 300  # seconds: two large programs in Go, on an emulated host


class Docker:
    """As a context: it runs meanwhile. It writes in /run only, as the guest's files are read-only."""

    def __init__(self, hosts):
        self.director = hosts.director

    def __enter__(self):
        if not os.path.exists(f"{CGROUPS}/cgroup.controllers"):
            subprocess.run(("mount", "-t", "cgroup2", "cgroup2", CGROUPS), check=True)
        shutil.rmtree(HOME, ignore_errors=True)
        os.makedirs(f"{HOME}/bin")
        # Over 9p, their pages would be read again and again.
        for name in os.listdir(f"{PROGRAMS}/bin"):
            shutil.copy(f"{PROGRAMS}/bin/{name}", f"{HOME}/bin/{name}")
        with open(f"{HOME}/daemon.json", "w", encoding="ascii") as file:
            json.dump({"deprecated-key-path": f"{HOME}/key.json"}, file)
        self._start()
        return self

    def _start(self):
        environment = {**os.environ, "PATH": f"{HOME}/bin:{os.environ['PATH']}", "LD_LIBRARY_PATH": f"{PROGRAMS}/lib"}
        words = (
            "dockerd", f"--config-file={HOME}/daemon.json", f"--data-root={HOME}/data", f"--exec-root={HOME}/exec",
            f"--pidfile={HOME}/pid", f"--host=unix://{HOME}/socket", "--storage-driver=vfs",
        )
        with open(f"{HOME}/log", "w", encoding="utf-8") as log, self.director.inside():
            self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
        end = time.monotonic() + BOUND
        while "API listen on" not in self._log():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"Docker does not start: {self._log()[-3000:]}")
            time.sleep(1)

    @staticmethod
    def _log():
        with open(f"{HOME}/log", encoding="utf-8") as file:
            return file.read()

    def chains(self):
        """Those that it made in the filter, and the rules that lead to them."""
        lines = self.director.run("iptables", "-S").stdout.splitlines()
        return sorted(line for line in lines if "DOCKER" in line)

    def restart(self):
        end_process(self.process, BOUND)
        self._start()

    def __exit__(self, *_):
        end_process(self.process, BOUND)
        shutil.rmtree(HOME, ignore_errors=True)
