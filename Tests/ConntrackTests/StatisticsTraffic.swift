import Addresses
import Foundation
import Packets
import TestSupport

/// Packets over loopback that increment counters, in the calling thread's namespace.
enum StatisticsTraffic {
    /// Source NAT to a single port, a filter that makes conntrack track everything, and the FTP helper.
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

    /// Traffic that needs packets from a socket.
    private static let script = """
        import socket

        # found, drop and insert_failed: the second client finds the only port in use.
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind(("127.0.0.1", 5353))
        for client in ("127.0.0.2", "127.0.0.3"):
            udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            udp.bind((client, 5000))
            try: udp.sendto(b"x", ("127.0.0.1", 5353))
            except PermissionError: pass

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
            for (name, text) in [("rules", rules), ("script", script)] {
                try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
            }
            try Tool.run("nft -f \(folder)/rules")
            try sendStrays()
            try Tool.run("python3 \(folder)/script")
        }
        // Counts as an insert.
        try Tool.run("conntrack -I -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 53 -t 100")
    }
    private static func sendStrays() throws {
        let here = IPAddress(ipv4: 0x7F00_0001)
        // invalid: FINs of unknown connections.
        for port: UInt16 in 1000..<1020 {
            try RawSocket.send(PacketBytes.tcp(1, from: Endpoint(here, port), to: Endpoint(here, 80)))
        }
        // error: port unreachable for a datagram that was never sent.
        let unsent = PacketBytes.udp(from: Endpoint(here, 1), to: Endpoint(IPAddress(ipv4: 0x7F00_004D), 2))
        try RawSocket.send(PacketBytes.icmp(type: 3, code: 3, [0, 0, 0, 0] + unsent, from: here, to: here))
    }
}
