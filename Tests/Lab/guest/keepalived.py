"""keepalived itself, on a director: it has the VIP and makes the service, and has rules of its own in nf_tables."""

import os
import shutil
import signal
import subprocess
import time

from director import DIRECTOR, SERVERS, VIP
from namespace import end_process

HOME = "/run/keepalived-lab"
BOUND = 120  # seconds: three advertisements that do not come, on an emulated host


class Keepalived:
    """As a context: it runs meanwhile. `mode` is "accept" or "no_accept": whether packets to the VIP pass its own rules."""

    def __init__(self, hosts, mode):
        self.director, self.mode = hosts.director, mode

    def __enter__(self):
        shutil.rmtree(HOME, ignore_errors=True)
        os.makedirs(HOME)
        self._start()
        return self

    def _start(self):
        self._configure()
        pids = [f"--{name}={HOME}/{name}" for name in ("pid", "vrrp_pid", "checkers_pid")]
        words = ("keepalived", "--dont-fork", "--log-console", "--log-detail", "--dont-respawn", f"--use-file={HOME}/conf", *pids)
        with open(f"{HOME}/log", "a", encoding="utf-8") as log, self.director.inside():
            self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._wait()

    def _configure(self):
        with open(f"{HOME}/conf", "w", encoding="ascii") as file:
            file.write(f"""
                global_defs {{
                    router_id lb1
                    nftables
                }}
                vrrp_instance web {{
                    state MASTER
                    interface eth0
                    virtual_router_id 51
                    priority 200
                    {self.mode}
                    unicast_src_ip {DIRECTOR}
                    unicast_peer {{
                        {SERVERS[1]}
                    }}
                    virtual_ipaddress {{
                        {VIP}/32 dev eth0
                    }}
                }}
                virtual_server {VIP} 80 {{
                    lb_algo rr
                    lb_kind DR
                    protocol TCP
                    real_server {SERVERS[0]} 80 {{
                        weight 1
                    }}
                }}
                """)

    def _wait(self):
        end = time.monotonic() + BOUND
        while not self._is_ready():
            if self.process.poll() is not None or time.monotonic() > end:
                with open(f"{HOME}/log", encoding="utf-8") as file:
                    raise RuntimeError(f"keepalived is not ready: {file.read()[-3000:]}")
            time.sleep(0.5)

    def _is_ready(self):
        """It has the VIP, and the service with its destination; its own rules drop what goes to the VIP, or nothing."""
        run = self.director.run
        has_address = VIP in run("ip", "-4", "addr", "show", "dev", "eth0").stdout
        has_service = f"{SERVERS[0]}:80" in run("ipvsadm", "-Ln").stdout
        return has_address and has_service and (self.mode == "no_accept") == (VIP in self.rules())

    def rules(self):
        """Its own table, with what is in its set."""
        return self.director.run("nft", "list", "table", "ip", "keepalived", check=False).stdout

    def reload(self, mode):
        self.mode = mode
        self._configure()
        self.process.send_signal(signal.SIGHUP)
        self._wait()

    def restart(self, mode):
        end_process(self.process, BOUND)
        self.mode = mode
        self._start()

    def __exit__(self, *_):
        end_process(self.process, BOUND)
