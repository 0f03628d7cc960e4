"""UDP packets to one service, each from an address and port of its own, so that each makes an entry."""
import socket
import struct
import time

FIRST_CLIENT = 0x7F010001  # 127.1.0.1
CLIENTS = 60_000
FIRST_PORT = 1024
PORTS = 60_000
BATCH = 0.02  # seconds


class Load:
    def __init__(self, rate):
        """`rate`: flows a second."""
        self.rate = rate
        self.sent = 0
        self.server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        # Nobody reads from it: what does not fit is dropped behind the packet filter.
        self.server.bind(("127.0.0.100", 9000))
        self.service = "127.0.0.100:9000"
        self.raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)

    def packet(self, number):
        client = FIRST_CLIENT + number % CLIENTS
        port = FIRST_PORT + number // CLIENTS * 7 % PORTS
        udp = struct.pack("!HHHH", port, 9000, 9, 0) + b"x"
        # The kernel fills in length, checksum and id.
        ip = struct.pack("!BBHHHBBHII", 0x45, 0, 0, 0, 0, 64, socket.IPPROTO_UDP, 0, client, 0x7F000064)
        return ip + udp

    def send_for(self, seconds):
        end = time.monotonic() + seconds
        due = time.monotonic()
        left = 0.0
        while time.monotonic() < end:
            left += self.rate * BATCH
            for _ in range(int(left)):
                self.raw.sendto(self.packet(self.sent), ("127.0.0.100", 0))
                self.sent += 1
            left -= int(left)
            due += BATCH
            time.sleep(max(0, due - time.monotonic()))
            # What a busy machine did not let it send is not made up for at once.
            due = max(due, time.monotonic() - BATCH)
