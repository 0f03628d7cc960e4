import Foundation
import TestSupport

/// Packets over loopback that move counters, in the calling thread's namespace.
enum StatisticsTraffic {
    /// Source NAT to one port only, a filter that makes conntrack look at everything, and the FTP helper.
    private static let rules = """
        table ip t {
         ct helper ftp {
          type "ftp" protocol tcp
         }
         chain helped {
          type filter hook output priority 0;
          tcp dport 21 ct helper set "ftp"
         }
         chain translated {
          type nat hook postrouting priority 100;
          meta l4proto udp snat to 127.0.0.9:7000
         }
         chain watched {
          type filter hook input priority 0;
          ct state invalid counter
         }
        }

        """

    private static let packets = """
        import socket, struct

        def address(text): return socket.inet_aton(text)

        def checksum(data):
            total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
            total = (total >> 16) + (total & 0xFFFF)
            return ~(total + (total >> 16)) & 0xFFFF

        # invalid: FINs of connections that nobody has seen.
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
        for port in range(20):
            raw.sendto(struct.pack("!HHIIBBHHH", 1000 + port, 80, 1, 1, 5 << 4, 1, 100, 0, 0), ("127.0.0.1", 0))

        # found, drop and insert_failed: the second client finds the only port in use.
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind(("127.0.0.1", 5353))
        for client in ("127.0.0.2", "127.0.0.3"):
            udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            udp.bind((client, 5000))
            try: udp.sendto(b"x", ("127.0.0.1", 5353))
            except PermissionError: pass

        # error: port unreachable, about a datagram that nobody has sent.
        inner = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28, 1, 0, 64, 17, 0, address("127.0.0.1"), address("127.0.0.77"))
        inner += struct.pack("!HHHH", 1, 2, 8, 0)
        error = struct.pack("!BBHI", 3, 3, 0, 0) + inner
        error = error[:2] + struct.pack("!H", checksum(error)) + error[4:]
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP).sendto(error, ("127.0.0.1", 0))

        # Expectations: an FTP client names a port for data, and the server connects to it.
        listener, data = socket.create_server(("127.0.0.1", 21)), socket.create_server(("127.0.0.1", 5141))
        control = socket.create_connection(("127.0.0.1", 21))
        accepted, _ = listener.accept()
        # The helper reads from the second line on (find_nl_seq).
        control.sendall(b"USER anonymous\\r\\n")
        accepted.recv(100)
        control.sendall(b"PORT 127,0,0,1,20,21\\r\\n")
        accepted.recv(100)
        socket.create_connection(("127.0.0.1", 5141), source_address=("127.0.0.1", 20))

        """

    static func send() throws {
        try Tool.run("ip link set lo up")
        try inTemporaryFolder { folder in
            for (name, text) in [("rules", rules), ("packets", packets)] {
                try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
            }
            try Tool.run("nft -f \(folder)/rules")
            try Tool.run("python3 \(folder)/packets")
        }
        // Counts as an insert.
        try Tool.run("conntrack -I -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 53 -t 100")
    }
}
