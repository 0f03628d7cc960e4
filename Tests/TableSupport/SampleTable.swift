import CNetlink
import Foundation
import Netlink
import TestSupport

/// A table with every kind of entry that the kernel allows to be created.
package enum SampleTable {
    /// Fills the table of the calling thread's namespace.
    ///
    /// - Parameter seconds: the lifetime of most entries.
    /// - Parameter timestamps: whether entries know their start time.
    package static func populate(lasting seconds: Int = 100, timestamps: Bool = true) throws {
        try Tool.run("sysctl -w net.netfilter.nf_conntrack_acct=1")
        try Tool.run("sysctl -w net.netfilter.nf_conntrack_timestamp=\(timestamps ? 1 : 0)")
        try Tool.run("nft add table inet labelled")
        // Labels are only kept once a rule sets one.
        try Tool.run("nft add chain inet labelled output { type filter hook output priority 0 ; }")
        try Tool.run("nft add rule inet labelled output ct label set 33")
        for (index, state) in tcpStates.enumerated() {
            try Tool.run(
                "conntrack -I -p tcp -s 10.0.1.1 -d 10.0.1.2 --sport \(index + 1) --dport 80 --state \(state) "
                    + "-t \(seconds - 10)")
        }
        for arguments in commands { try Tool.run("conntrack -I -t \(seconds) \(arguments)") }
        try addExtensions(lasting: seconds)
        try Tool.run("sysctl -w net.netfilter.nf_conntrack_udp_timeout=\(seconds)")
        try sendOverLoopback()
    }

    /// Every state in which a TCP entry can be created, by the kernel's number.
    package static let tcpStates = [
        "NONE", "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT", "CLOSE",
        "SYN_SENT2",
    ]

    /// More arguments of `conntrack -I`.
    private static let commands = [
        "-p tcp -s 2001:db8::1 -d 2001:db8::2 --sport 41048 --dport 443 --state ESTABLISHED -m 7 -u ASSURED,SEEN_REPLY",
        "-p udp -s 10.0.0.1 -d 10.0.0.2 --sport 100 --dport 53 -m 4294967295",
        "-p udp -s 2001:db8::1 -d 2001:db8::2 --sport 100 --dport 53 -u FIXED_TIMEOUT",
        "-p udplite -s 10.0.0.1 -d 10.0.0.2 --sport 100 --dport 53",
        "-p sctp -s 10.0.0.1 -d 10.0.0.2 --sport 100 --dport 36412 --state ESTABLISHED --orig-vtag 1 --reply-vtag 2",
        "-p sctp -s 2001:db8::1 -d 2001:db8::2 --sport 100 --dport 36412 --state SHUTDOWN_SENT --orig-vtag 3 --reply-vtag 4",
        "-p dccp -s 10.0.0.1 -d 10.0.0.2 --sport 100 --dport 53 --state OPEN --role client",
        "-p gre -s 10.0.0.1 -d 10.0.0.2 --srckey 0x5 --dstkey 0x6",
        "-p icmp -s 10.0.0.1 -d 10.0.0.2 --icmp-type 8 --icmp-code 0 --icmp-id 77",
        "-p icmp -s 10.0.0.1 -d 10.0.0.2 --icmp-type 13 --icmp-code 0 --icmp-id 78",
        "-p icmpv6 -s 2001:db8::1 -d 2001:db8::2 --icmpv6-type 128 --icmpv6-code 0 --icmpv6-id 77",
        "-p 50 -s 10.0.0.1 -d 10.0.0.2",
        "-p 89 -s 2001:db8::1 -d 2001:db8::2",
        "-p tcp -s 10.0.0.1 -d 10.0.0.9 --sport 1 --dport 80 --state SYN_SENT --dst-nat 10.0.0.3:8080",
        "-p tcp -s 10.0.0.7 -d 10.0.0.9 --sport 2 --dport 80 --state SYN_SENT --src-nat 10.0.0.33",
        "-p tcp -s 10.0.0.8 -d 10.0.0.9 --sport 3 --dport 80 --state SYN_SENT --zone 4",
        "-p tcp -s 10.0.0.8 -d 10.0.0.9 --sport 4 --dport 80 --state SYN_SENT --orig-zone 5",
        "-p tcp -s 10.0.0.8 -d 10.0.0.9 --sport 5 --dport 80 --state SYN_SENT --reply-zone 65535",
    ]

    /// Properties that conntrack(8) cannot set.
    private static func addExtensions(lasting seconds: Int) throws {
        let control = try LibraryEntry.tcp(port: 1000, lasting: seconds)
        "ftp".withCString { nfct_set_attr(control.object, ATTR_HELPER_NAME, $0) }
        control[byte: ATTR_TCP_FLAGS_ORIG] = 0x0A
        control[byte: ATTR_TCP_MASK_ORIG] = 0x0F
        control[byte: ATTR_TCP_FLAGS_REPL] = 0x08
        control[byte: ATTR_TCP_MASK_REPL] = 0x0F
        control[byte: ATTR_TCP_WSCALE_ORIG] = 7
        control[byte: ATTR_TCP_WSCALE_REPL] = 9
        try control.create()

        let data = try LibraryEntry.tcp(port: 1001, lasting: seconds)
        data[byte: ATTR_MASTER_L3PROTO] = UInt8(AF_INET)
        data[byte: ATTR_MASTER_L4PROTO] = UInt8(IPPROTO_TCP)
        data[word: ATTR_MASTER_IPV4_SRC] = UInt32(0x0A00_0001).bigEndian
        data[word: ATTR_MASTER_IPV4_DST] = UInt32(0x0A00_0002).bigEndian
        data[network16: ATTR_MASTER_PORT_SRC] = 1000
        data[network16: ATTR_MASTER_PORT_DST] = 21
        try data.create()

        let proxied = try LibraryEntry.tcp(port: 1002, lasting: seconds)
        proxied[word: ATTR_SYNPROXY_ISN] = 0x0102_0304
        proxied[word: ATTR_SYNPROXY_ITS] = 0x0506_0708
        proxied[word: ATTR_SYNPROXY_TSOFF] = 0x090A_0B0C
        try proxied.create()
    }

    /// Real packets: counters, and a label set by the helper.
    private static func sendOverLoopback() throws {
        try Tool.run("ip link set lo up")
        let socket = socket(AF_INET, CInt(SOCK_DGRAM.rawValue), 0)
        guard socket >= 0 else { throw SystemFailure("socket", errno: errno) }
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(9).bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        let sent = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(socket, "hello", 5, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard sent == 5 else { throw SystemFailure("sendto", errno: errno) }
    }

    /// The messages of one dump of the calling thread's namespace, as bytes.
    package static func messages() throws -> [[UInt8]] {
        try messages(
            of: .netfilter(
                "dump the conntrack table", subsystem: NFNL_SUBSYS_CTNETLINK, message: IPCTNL_MSG_CT_GET.rawValue,
                flags: NLM_F_DUMP))
    }

    /// The running kernel's answer to a request, as datagrams.
    package static func messages(of request: Request) throws -> [[UInt8]] {
        var messages: [[UInt8]] = []
        try LiveKernel().askStrictly(request) { message, datagram in
            messages.append(datagram.copy(message.payload.lowerBound - Message.headerSize..<message.payload.upperBound))
        }
        return messages
    }
}
