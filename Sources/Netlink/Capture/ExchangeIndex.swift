import SystemPackage

/// Where in a capture's pcap the answers to each request are. It holds offsets, not answers.
struct ExchangeIndex {
    /// The consecutive datagrams of one answer.
    struct Recorded {
        var sequence: UInt32
        var records: Range<Int64>
    }

    /// Far longer than any of our requests.
    static let longestQuestion = 64 << 10

    private var recorded: [Recorded] = []
    /// Where in `recorded` the answers to a request are, in the order in which it was sent. Only requests are hashed: an answer has as
    /// many records as the kernel's tables need, and belongs to the preceding request.
    private var positions: [Request: [Int]] = [:]

    init(_ file: PcapReader) throws(KernelError) {
        var offset = Int64(Pcap.fileHeaderSize)
        while let record = try file.record(at: offset) {
            let start = offset
            offset = record.end
            switch record.header.direction {
            case .toKernel:
                guard record.header.count <= Self.longestQuestion else {
                    throw file.damaged("a request of \(record.header.count) bytes", at: start)
                }
                let message = try file.datagram(record)
                let sequence = (try? message.span.bytes.host(UInt32.self, at: 8)) ?? 0
                let request = Request(recorded: message, on: record.header.bus)
                positions[request, default: []].append(recorded.count)
                recorded.append(Recorded(sequence: sequence, records: offset..<offset))
            case .fromKernel:
                guard let last = recorded.indices.last else {
                    throw file.damaged("an answer without a request", at: start)
                }
                recorded[last].records = recorded[last].records.lowerBound..<offset
            }
        }
    }

    /// The answer to a request made `turn` times before: its own, else the last one available.
    func answer(to request: Request, turn: Int) -> Recorded? {
        guard let positions = positions[request], let last = positions.last else { return nil }
        return recorded[positions.indices.contains(turn) ? positions[turn] : last]
    }
}
