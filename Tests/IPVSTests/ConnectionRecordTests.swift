import Addresses
import Netlink
import TestSupport
import Testing

@testable import IPVS

/// Connections as records, and what happens when they cannot be had.
struct ConnectionRecordTests {
    /// A TCP connection 10.0.0.1:41048 > 10.0.0.100:80 > 10.0.0.3:80, ESTABLISHED, DR, untracked, 892 s.
    private static let record: [UInt8] =
        [88, 0, 2, 2, 6, 0, 1, 0, 0xA0, 0x58, 0, 80, 0, 80, 0, 0] + address(10, 0, 0, 1) + address(10, 0, 0, 100)
        + address(10, 0, 0, 3) + [3, 1, 0, 0, 0, 0, 0, 0, 0x7C, 3, 0, 0, 5, 0, 0, 0, 0x84, 3, 0, 0, 0, 1, 0, 0]

    private static func address(_ bytes: UInt8...) -> [UInt8] { bytes + [UInt8](repeating: 0, count: 16 - bytes.count) }

    private static func with(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
        var bytes = record
        change(&bytes)
        return bytes
    }

    private func decoded(_ bytes: [UInt8]) throws -> [Connection] {
        var connections: [Connection] = []
        try Connection.decode(bytes.span.bytes, into: &connections)
        return connections
    }

    private func endpoint(_ text: String) throws -> Endpoint { try #require(Endpoint(text)) }

    @Test("A record has what a row of /proc has")
    func fields() throws {
        let expected = Connection(
            .tcp, client: try endpoint("10.0.0.1:41048"), virtual: try endpoint("10.0.0.100:80"),
            destination: try endpoint("10.0.0.3:80"), state: "ESTABLISHED", expires: 892,
            details: ConnectionDetails(.dr, flags: .init(rawValue: 0x100), packets: 5))
        #expect(try decoded(Self.record + Self.record) == [expected, expected])
        #expect(!expected.isTemplate)
    }

    @Test("What /proc lacks: method, flags, mark and packets; a template by its flag")
    func details() throws {
        let bytes = Self.with { bytes in
            bytes.replaceSubrange(64..<72, with: [0x20, 1, 1, 0, 7, 0, 0, 0x80])
            bytes.replaceSubrange(76..<80, with: [0xFF, 0xFF, 0xFF, 0xFF])
        }
        let details = try #require(try decoded(bytes).first?.details)
        #expect(details.method == .nat && details.firewallMark == 0x8000_0007 && details.packets == .max)
        #expect(details.flags.names == ["nfct", "sync"] && details.flags.text == "nfct,sync")
        #expect(ConnectionDetails(.dr).flags.text == "-")
        let template = try #require(try decoded(Self.with { $0[65] = 0x10 }).first)
        #expect(template.isTemplate && template.client.port != 0)
    }

    @Test(
        "States are named as the kernel names them",
        arguments: [
            (6, 3, 0, "SYN_RECV"), (6, 10, 0, "SYNACK"), (6, 11, 0, "ERR!"), (17, 0, 0, "UDP"), (17, 1, 0, "ERR!"),
            (132, 3, 0, "C-SENT"), (132, 7, 0, "C-ECHOED"), (132, 8, 0, "ESTABLISHED"), (132, 11, 0, "S-ACK-SENT"),
            (132, 13, 0, "CLOSED"), (132, 14, 0, "ERR!"), (0, 0, 0, "NONE"), (50, 0, 0, "ERR!"),
            (6, 1, 0x10, "ASSURED"),
            (0, 0, 0x10, "NONE"), (6, 2, 0x10, "ERR!"),
        ] as [(UInt8, UInt8, UInt8, String)])
    func states(number: UInt8, state: UInt8, flags: UInt8, name: String) throws {
        let bytes = Self.with { ($0[4], $0[6], $0[65]) = (number, state, flags) }
        let states = try decoded(bytes).map(\.state.name)
        #expect(states == [name])
    }

    @Test("IPv6, a real server of the other family, an expired timer, and a persistence engine")
    func others() throws {
        let bytes = Self.with { bytes in
            bytes[3] = 10
            bytes.replaceSubrange(48..<64, with: [0x20, 1, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [3])
            bytes.replaceSubrange(72..<76, with: [0xFF, 0xFF, 0xFF, 0xFF])
            (bytes[0], bytes[14], bytes[15]) = (96, 3, 4)
            bytes += Array("sipa-id".utf8) + [0]
        }
        let connection = try #require(try decoded(bytes).first)
        #expect(connection.destination == (try endpoint("[2001:db8::3]:80")))
        #expect(connection.expires == 0)
        #expect(connection.persistenceEngine == "sip a-id")
    }

    @Test("Damage is an error, never a crash")
    func damage() throws {
        for length: UInt8 in [0, 1, 80, 90, 96, 255] {
            #expect(throws: DecodeError.self) { try decoded(Self.with { $0[0] = length }) }
        }
        for count in 1..<Self.record.count {
            #expect(throws: DecodeError.self) { try decoded(Array(Self.record.prefix(count))) }
        }
        #expect(throws: DecodeError.self) { try decoded(Self.with { ($0[14], $0[15]) = (16, 255) }) }
        for position in Self.record.indices {
            for value: UInt8 in [0, 0x7F, 0xFF] { _ = try? decoded(Self.with { $0[position] = value }) }
        }
    }

    // MARK: Falling back

    private final class Table: ConnectionTable {
        var batches: [[UInt8]]
        var error: KernelError?

        init(_ batches: [[UInt8]], _ error: KernelError? = nil) { (self.batches, self.error) = (batches, error) }

        func read(within bound: Duration?, _ receive: (RawSpan) -> Void) throws(KernelError) {
            for batch in batches { receive(batch.span.bytes) }
            if let error { throw error }
        }
    }

    private static let overlong = KernelError(
        "read IPVS's connections through BPF", .failed, detail: "a bucket is too long")

    private func read(_ access: ConnectionAccess, isCut: Bool = false) throws -> ([Connection], Completeness) {
        let kernel = DirectorWithoutNetlink(access, isCut: isCut)
        var connections: [Connection] = []
        let completeness = try Director.connections(from: kernel) {
            connections = []
        } _: {
            connections += $0
        }
        return (connections, completeness)
    }

    @Test("A table is read instead of /proc; if it fails, /proc is read, unless it was asked for")
    func access() throws {
        let (connections, completeness) = try read(.table(Table([Self.record, Self.record]), isRequired: false))
        #expect(connections.count == 2 && completeness == .whole)
        #expect(try read(.proc).0.map(\.client.port) == [1])
        let failing = Table([Self.record], Self.overlong)
        #expect(try read(.table(failing, isRequired: false)).0.map(\.client.port) == [1])
        #expect(throws: KernelError.self) { try read(.unavailable(Self.overlong, isRequired: true)) }
        let failure = #expect(throws: KernelError.self) { try read(.table(failing, isRequired: true)) }
        #expect(failure?.nextStep == "--connections auto reads /proc instead")
        #expect(throws: KernelError.self) { try read(.table(Table([[1, 2, 3]]), isRequired: true)) }
    }

    @Test("A table that is not read to its end has been cut, and /proc is not read instead")
    func cut() throws {
        let why = "reading them was stopped after 1 s"
        let slow = Table([Self.record], KernelError("read", .stopped, detail: why))
        let (connections, completeness) = try read(.table(slow, isRequired: false))
        #expect(connections.count == 1 && completeness == .cut(why))
    }

    @Test("/proc is read for as long as the source says")
    func bound() throws {
        let kernel = DirectorWithoutNetlink(.proc, isCut: false)
        _ = try Director.connections(from: kernel) { _ in }
        let asked = try #require(kernel.boundAsked)
        #expect(asked <= .seconds(7) && asked > .seconds(6))
    }

    @Test("Where /proc could not be read to its end, the reason names what would be faster, and why it is not")
    func reason() throws {
        for access in [.unavailable(Self.overlong), .table(Table([], Self.overlong), isRequired: false)]
            as [ConnectionAccess]
        {
            guard case .cut(let why) = try read(access, isCut: true).1 else {
                Issue.record("it was whole")
                continue
            }
            #expect(why.contains("stopped") && why.contains("a bucket is too long"), "\(why)")
        }
    }
}

/// Only /proc/net/ip_vs_conn, with one row.
private final class DirectorWithoutNetlink: KernelSource {
    let origin = Origin.here(networkNamespace: nil)
    let connectionAccess: ConnectionAccess
    let connectionBound = Duration.seconds(7)
    private(set) var boundAsked: Duration?
    private let isCut: Bool

    init(_ access: ConnectionAccess, isCut: Bool) { (connectionAccess, self.isCut) = (access, isCut) }

    func exchange(
        _ request: Request, _ receive: (RawSpan, UInt32) throws(KernelError) -> Reception
    ) throws(KernelError) { throw KernelError(request.purpose, .absent) }

    func read(
        _ file: KernelFile, within bound: Duration, _ receive: (RawSpan) -> Void
    ) throws(KernelError) -> Completeness {
        guard file == Director.connectionsFile else { throw KernelError("read /\(file.path)", .absent) }
        boundAsked = bound
        let rows = """
            Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData
            TCP 0A000001 0001 0A000064 0050 0A000003 0050 ESTABLISHED     892

            """
        receive(Array(rows.utf8).span.bytes)
        return isCut ? .cut("reading was stopped") : .whole
    }

    func list(_ folder: KernelFile) throws(KernelError) -> [String] { throw KernelError("list", .absent) }
}
