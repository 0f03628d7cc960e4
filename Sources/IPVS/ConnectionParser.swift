import Addresses
import Netlink

/// Reads `/proc/net/ip_vs_conn` (`ip_vs_conn_seq_show`, net/netfilter/ipvs/ip_vs_conn.c) in pieces, in one pass; or `ip_vs_conn_sync`
/// (`ip_vs_conn_sync_seq_show`), whose rows have the connection's origin before its expiry, and no persistence engine.
///
/// Addresses and ports are hexadecimal: `TCP 0A000001 A058 0A000064 0050 0A000003 0050 ESTABLISHED     892`;
/// IPv6 addresses are eight full groups. Name and data of a persistence engine may follow.
package struct ConnectionParser {
    /// The beginning of a row whose end has not arrived yet.
    private var partial: [UInt8] = []
    private var rows = 0
    /// The states read last, newest first: there are few, and this avoids creating a string for each row.
    private var states: [(word: FieldCursor.Word, state: ConnectionState)] = []
    private static let tcp = FieldCursor.Word("TCP")
    private static let columns = ["Pro", "FromIP", "FPrt", "ToIP", "TPrt", "DestIP", "DPrt", "State"]
    private let hasOrigins: Bool
    /// Kernels from before there were persistence engines lack these.
    private static let engineColumns = ["PEName", "PEData"]
    /// Whether the title has these.
    private var hasEngines = false

    /// The first row is a title. The kernel's lines are not longer than this: persistence engine data has at most 255 bytes.
    private static let longestRow = 1024

    /// Reads a file including its title.
    ///
    /// - Parameter hasOrigins: whether it is `ip_vs_conn_sync`.
    package init(hasOrigins: Bool = false) { self.hasOrigins = hasOrigins }

    /// Takes the next piece of the file, wherever it was split.
    ///
    /// - Parameter connections: gets the rows that end in it.
    package mutating func take(_ piece: RawSpan, into connections: inout [Connection]) throws(DecodeError) {
        var start = 0
        while let end = piece.newline(from: start) {
            if partial.isEmpty {
                try row(piece, start..<end, &connections)
            } else {
                partial += piece.copy(start..<end)
                try finishPartial(&connections)
            }
            start = end + 1
        }
        partial += piece.copy(start..<piece.byteCount)
        if partial.count > Self.longestRow { throw error("has no end") }
    }

    /// Marks the end. A last row without a newline is an error unless reading was cut short there.
    package mutating func end(_ completeness: Completeness) throws(DecodeError) {
        guard completeness == .whole else { return }
        if !partial.isEmpty { throw error("ends without a newline") }
        // The kernel writes the title even if there are no connections.
        if rows == 0 { throw error("is missing") }
    }

    private mutating func finishPartial(_ connections: inout [Connection]) throws(DecodeError) {
        let whole = partial
        partial.removeAll(keepingCapacity: true)
        try row(whole.span.bytes, 0..<whole.count, &connections)
    }

    private mutating func row(
        _ bytes: RawSpan, _ range: Range<Int>, _ connections: inout [Connection]
    ) throws(DecodeError) {
        rows += 1
        guard range.count <= Self.longestRow else { throw error("is longer than any from the kernel") }
        var fields = FieldCursor(bytes, range)
        if rows == 1 { return try title(&fields) }
        guard let `protocol` = fields.isNext(Self.tcp) ? .tcp : Self.protocol(named: fields.text()),
            let client = fields.endpoint(), let virtual = fields.endpoint(), let destination = fields.endpoint(),
            let state = state(&fields),
            case let isSynchronized = hasOrigins ? Self.isSynchronized(&fields) : nil,
            !hasOrigins || isSynchronized != nil,
            let expires = fields.decimal(), hasEngines || fields.isAtEnd
        else { throw error("is not a connection") }
        var connection = Connection(
            `protocol`, client: client, virtual: virtual, destination: destination, state: state,
            expires: expires, persistenceEngine: fields.isAtEnd ? nil : fields.rest())
        connection.isSynchronized = isSynchronized
        connections.append(connection)
    }

    /// `ip_vs_origin_name`; nil for any other word.
    private static func isSynchronized(_ fields: inout FieldCursor) -> Bool? {
        fields.isNext("SYNC") ? true : fields.isNext("LOCAL") ? false : nil
    }

    /// Kernels that were changed by others have other columns (FULLNAT: LocalIP and LPrt before DestIP), which would be taken for ours.
    private mutating func title(_ fields: inout FieldCursor) throws(DecodeError) {
        guard fields.isNext(Self.columns[0]) else { throw error("is not the title of ip_vs_conn") }
        try skip(Self.columns.dropFirst() + (hasOrigins ? ["Origin", "Expires"] : ["Expires"]), &fields)
        hasEngines = !hasOrigins && !fields.isAtEnd
        if hasEngines { try skip(Self.engineColumns, &fields) }
        guard fields.isAtEnd else { throw error("has the column \(fields.text()), which ct-inspect does not know") }
    }

    private func skip(_ columns: some Sequence<String>, _ fields: inout FieldCursor) throws(DecodeError) {
        for column in columns where !fields.isNext(column) {
            throw error("has “\(fields.text())” where ct-inspect knows \(column): another kernel's columns")
        }
    }

    private mutating func state(_ fields: inout FieldCursor) -> ConnectionState? {
        for (position, known) in states.enumerated() where fields.isNext(known.word) {
            if position > 0 { states.swapAt(0, position) }
            return known.state
        }
        let text = fields.text()
        guard !text.isEmpty else { return nil }
        let state = ConnectionState(text)
        // A longer word is not told apart by what is compared.
        if text.utf8.count <= FieldCursor.Word.longest {
            states = [(FieldCursor.Word(text), state)] + states.prefix(7)
        }
        return state
    }

    private func error(_ why: String) -> DecodeError {
        DecodeError("row \(rows) of proc/net/ip_vs_conn\(hasOrigins ? "_sync" : "")", why, at: 0)
    }

    /// `ip_vs_proto_name`: a known name, or `IP_` and the number.
    private static func `protocol`(named name: String) -> IPProtocol? {
        switch name {
        case "TCP": .tcp
        case "UDP": .udp
        case "SCTP": .sctp
        case "IP": .ip
        case let other where other.hasPrefix("IP_"): IPProtocol(other.dropFirst(3))
        case let other: IPProtocol(other)
        }
    }
}

extension RawSpan {
    /// The position of the next newline. Searches eight bytes at a time: there may be a hundred million.
    fileprivate func newline(from start: Int) -> Int? {
        let newlines: UInt64 = 0x0A0A_0A0A_0A0A_0A0A
        var offset = start
        while offset + 8 <= byteCount {
            // A newline byte is zero now, and the lowest such byte is the lowest whose upper bit is set in the end.
            let word = UInt64(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)) ^ newlines
            let found = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
            if found != 0 { return offset + found.trailingZeroBitCount / 8 }
            offset += 8
        }
        while offset < byteCount {
            if unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self) == UInt8(ascii: "\n") { return offset }
            offset += 1
        }
        return nil
    }
}
