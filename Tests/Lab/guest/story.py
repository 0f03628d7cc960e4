"""The traffic for testing observations: one page, one aborted connection and one ICMP error, to one web service."""

import socket
import time

from counters import ANSWERING, ENTERING, LEAVING, End
from director import CLIENTS, CLIENTS6, SERVERS, VIP, VIP6
from icmp import too_big
from screen import wait_for
from traffic import Datagrams, Web

METHODS = {"dr": "-g", "nat": "-m", "tun": "-i"}
PATIENCE = 1.5  # seconds, during which dropped packets are retransmitted


class WebStory:
    """A web service on a director, and its traffic. The packet filter is set up elsewhere."""

    def __init__(self, hosts, method="dr", virtual=VIP, mark=None, reach="page", is_balanced=False, marks_at="PREROUTING"):
        """With a method that IPVS does not have, the director itself is the server. `is_balanced`: the director has the address and the service.

        `reach` is what clients get: a "page", a "connection" without a page, or "nothing".
        """
        self.hosts, self.virtual, self.reach = hosts, (virtual, 80), reach
        self.clients = CLIENTS6 if ":" in virtual else CLIENTS
        hosts.vip_of_servers(virtual)
        if not is_balanced:
            hosts.vip_of_director(virtual)
        port = 8080 if method == "nat" else 80
        if method in METHODS and not is_balanced:
            self._balance(virtual, port, METHODS[method], mark)
        if mark is not None:
            # Before the counters, which are in the same table.
            hosts.mark(f"-d {virtual}", mark, variant="-legacy", chain=marks_at)
        if method == "nat":
            hosts.answer_through_director()
        if method == "tun":
            hosts.tunnels()
        listens = SERVERS[0] if method == "nat" else virtual
        self.web = Web(hosts, [(hosts.servers[0] if method in METHODS else hosts.director, listens)], port)
        self.ends = self._ends(method, virtual, mark)

    def _balance(self, virtual, port, flag, mark):
        place, real = (f"[{virtual}]", "[2001:db8::3]") if ":" in virtual else (virtual, SERVERS[0])
        service = f"-t {place}:80" if mark is None else f"-f {mark}"
        self.hosts.ipvs(f"-A {service} -s rr", f"-a {service} -r {real}:{port} {flag}")

    @staticmethod
    def _ends(method, virtual, mark):
        """Where its packets can be counted: arriving, leaving, and on the way back."""
        ends = [End(ENTERING, "tcp", virtual, 80, mark)]
        if method == "dr":
            ends.append(End(LEAVING, "tcp", virtual, 80, mark))
        if method == "nat":
            ends += [End(LEAVING, "tcp", SERVERS[0], 8080), End(ANSWERING, "tcp", SERVERS[0], 8080)]
        if method == "tun":
            ends.append(End(LEAVING, "ipip", SERVERS[0]))
        return ends

    def tell(self):
        page = self._open(self.clients[0])
        name = page.getsockname()[:2]
        self.web.finish(page)
        self.web.reset(self._open(self.clients[1]))
        too_big(self.hosts.client, name, self.virtual, socket.IPPROTO_TCP)
        time.sleep(PATIENCE)

    def opens(self, client):
        """Whether a client can connect: to IPVS a connection is open with its ACK, but the real server may serve earlier clients first."""
        self.hosts.open.append(self.web.knock(client, self.virtual))

        def opened():
            listing = self.hosts.director.run("ipvsadm", "-Lcn").stdout.splitlines()
            return any(f" {client}:" in line and "ESTABLISHED" in line for line in listing)

        return wait_for(opened)

    def _open(self, client):
        if self.reach == "page":
            return self.web.visit(client, self.virtual)
        if self.reach == "nothing":
            return self.web.knock_in_vain(client, self.virtual, PATIENCE)
        made = self.web.knock(client, self.virtual)
        if self.web.hopes(made, PATIENCE):
            raise RuntimeError("a page arrived")
        return made


class NamesStory:
    """Datagrams to two services, one of which is one-packet scheduled (ipvsadm -o), and an ICMP error for each service."""

    def __init__(self, hosts):
        self.hosts = hosts
        hosts.vip(VIP)
        for port, options in ((53, ""), (54, " -o")):
            hosts.ipvs(f"-A -u {VIP}:{port} -s rr{options}", f"-a -u {VIP}:{port} -r {SERVERS[0]}:{port} -g")
        self.names = [Datagrams(hosts, [(hosts.servers[0], VIP)], port) for port in (53, 54)]
        self.ends = [End(points, "udp", VIP, port) for points in (ENTERING, LEAVING) for port in (53, 54)]

    def tell(self):
        for service, port in zip(self.names, (53, 54)):
            asked = [service.ask(client, (VIP, port)) for client in (*CLIENTS, CLIENTS[0])]
            too_big(self.hosts.client, asked[0].getsockname(), (VIP, port), socket.IPPROTO_UDP)
