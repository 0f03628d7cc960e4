import SystemPackage

/// Where in a capture's pcap the answers to each request lie. It holds offsets, not answers.
struct ExchangeIndex {
    /// The datagrams of one answer, one behind the other.
    struct Recorded {
        var sequence: UInt32
        var records: Range<Int64>
    }

    /// In the order in which a request was sent, when it was sent several times.
    private(set) var exchanges: [Request: [Recorded]] = [:]

    init(_ file: PcapReader) throws(KernelError) {
        var offset = Int64(Pcap.fileHeaderSize)
        var current: Request?
        while let record = try file.record(at: offset) {
            let start = offset
            offset = record.end
            switch record.header.direction {
            case .toKernel:
                let message = try file.datagram(record)
                current = Request(recorded: message, on: record.header.bus)
                let sequence = (try? message.span.bytes.host(UInt32.self, at: 8)) ?? 0
                if let current {
                    exchanges[current, default: []].append(Recorded(sequence: sequence, records: offset..<offset))
                }
            case .fromKernel:
                guard let current, let last = exchanges[current]?.indices.last else {
                    throw file.damaged("an answer without a question", at: start)
                }
                guard let lower = exchanges[current]?[last].records.lowerBound else { continue }
                exchanges[current]?[last].records = lower..<offset
            }
        }
    }
}
