"""keepalived itself, on a director: it has the VIP and makes the service, and has rules of its own in nf_tables."""

import os
import shutil
import signal
import subprocess
import time

from director import DIRECTOR, SERVERS, VIP
from namespace import end_process

BOUND = 120  # seconds: three advertisements that do not come, on an emulated host


class Keepalived:
    """As a context: it runs meanwhile. `mode` is "accept" or "no_accept": whether packets to the VIP pass its own rules.

    With `sync_id` it runs IPVS's sync daemon, which is the master's where it has the VIP. The one of the highest priority gets it.
    """

    def __init__(self, hosts, mode, *, director=None, own=DIRECTOR, partner=SERVERS[1], priority=200, servers=SERVERS[:1], sync_id=None):
        self.director, self.mode = director or hosts.director, mode
        self.own, self.partner, self.priority = own, partner, priority
        self.servers, self.sync_id = servers, sync_id
        self.home = f"/run/keepalived-{self.director.name}"
        self.has_vip = priority == 200

    def __enter__(self):
        shutil.rmtree(self.home, ignore_errors=True)
        os.makedirs(self.home)
        self._start()
        return self

    def _start(self):
        self._configure()
        pids = [f"--{name}={self.home}/{name}" for name in ("pid", "vrrp_pid", "checkers_pid")]
        words = ("keepalived", "--dont-fork", "--log-console", "--log-detail", "--dont-respawn", f"--use-file={self.home}/conf", *pids)
        with open(f"{self.home}/log", "a", encoding="utf-8") as log, self.director.inside():
            self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._wait()

    def _configure(self):
        with open(f"{self.home}/conf", "w", encoding="ascii") as file:
            file.write(f"""
                global_defs {{
                    router_id {self.director.name}
                    nftables
                    {f"lvs_sync_daemon eth0 web id {self.sync_id}" if self.sync_id else ""}
                }}
                vrrp_instance web {{
                    state {"MASTER" if self.priority == 200 else "BACKUP"}
                    interface eth0
                    virtual_router_id 51
                    priority {self.priority}
                    {self.mode}
                    unicast_src_ip {self.own}
                    unicast_peer {{
                        {self.partner}
                    }}
                    virtual_ipaddress {{
                        {VIP}/32 dev eth0
                    }}
                }}
                virtual_server {VIP} 80 {{
                    lb_algo rr
                    lb_kind DR
                    protocol TCP
                    {" ".join(f"real_server {server} 80 {{ {chr(10)} weight 1 {chr(10)} }} {chr(10)}" for server in self.servers)}
                }}
                """)

    def _wait(self):
        end = time.monotonic() + BOUND
        while not self._is_ready():
            if self.process.poll() is not None or time.monotonic() > end:
                with open(f"{self.home}/log", encoding="utf-8") as file:
                    raise RuntimeError(f"keepalived is not ready: {file.read()[-3000:]}")
            time.sleep(0.5)

    def _is_ready(self):
        """It has the VIP, and the service with its destination; its own rules drop what goes to the VIP, or nothing."""
        run = self.director.run
        has_address = VIP in run("ip", "-4", "addr", "show", "dev", "eth0").stdout
        listed = run("ipvsadm", "-Ln").stdout
        has_service = all(f"{server}:80" in listed for server in self.servers)
        return has_address == self.has_vip and has_service and (self.mode == "no_accept") == (VIP in self.rules())

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
