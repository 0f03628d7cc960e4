import Foundation
import TestSupport

@testable import Netlink

/// The netlink messages of a capture, to be damaged one by one: their datagrams and the file stay well-formed, so that the damage is met by
/// what reads the messages, and by the sandbox.
struct DamagedMessages {
    private struct Record {
        /// Of pcap and of the link.
        var header: [UInt8]
        var messages: [[UInt8]]

        var bytes: [UInt8] {
            let datagram = messages.flatMap { $0 }
            var header = header
            let length = withUnsafeBytes(of: UInt32(datagram.count + Pcap.linkHeaderSize), Array.init)
            header.replaceSubrange(8..<16, with: length + length)
            return header + datagram
        }
    }

    private let fileHeader: [UInt8]
    private var records: [Record] = []
    /// Where the rules and sets are: the answers of nf_tables and ipset.
    private var targets: [(record: Int, message: Int)] = []

    init(_ pcap: [UInt8]) throws {
        fileHeader = Array(pcap.prefix(Pcap.fileHeaderSize))
        let bytes = pcap.span.bytes
        let headerSize = Pcap.recordHeaderSize + Pcap.linkHeaderSize
        var offset = Pcap.fileHeaderSize
        while offset < pcap.count {
            let header = Array(pcap[offset..<offset + headerSize])
            let count = try Pcap.RecordHeader(header.span.bytes).count
            let isAnswer =
                try bytes.bigEndian(UInt16.self, at: offset + Pcap.recordHeaderSize)
                == Pcap.Direction.fromKernel.rawValue
            offset += headerSize
            let messages = try Self.messages(Array(pcap[offset..<offset + count]))
            for (place, message) in messages.enumerated() where isAnswer && Self.subsystems.contains(message[5]) {
                targets.append((records.count, place))
            }
            records.append(Record(header: header, messages: messages))
            offset += count
        }
    }

    /// NFNL_SUBSYS_NFTABLES and NFNL_SUBSYS_IPSET, in the upper byte of a message's type.
    private static let subsystems: Set<UInt8> = [10, 6]

    private static func messages(_ datagram: [UInt8]) throws -> [[UInt8]] {
        var messages: [[UInt8]] = []
        var offset = 0
        while offset + 16 <= datagram.count {
            let length = Int(try datagram.span.bytes.host(UInt32.self, at: offset))
            let end = min(datagram.count, offset + (max(16, length) + 3) & ~3)
            messages.append(Array(datagram[offset..<end]))
            offset = end
        }
        return messages
    }

    var hasTargets: Bool { !targets.isEmpty }

    /// The file with one to three of these messages damaged.
    func damaged(_ random: inout SeededGenerator) -> [UInt8] {
        var copy = self
        for _ in 0..<Int.random(in: 1...3, using: &random) { copy.damage(&random) }
        return fileHeader + copy.records.flatMap(\.bytes)
    }

    private mutating func damage(_ random: inout SeededGenerator) {
        let (record, place) = targets[.random(in: 0..<targets.count, using: &random)]
        guard records[record].messages.indices.contains(place) else { return }
        let message = records[record].messages[place]
        switch Int.random(in: 0..<9, using: &random) {
        case 0: records[record].messages.insert(message, at: place)
        case 1: records[record].messages.remove(at: place)
        case 2:
            let (other, otherPlace) = targets[.random(in: 0..<targets.count, using: &random)]
            guard records[other].messages.indices.contains(otherPlace) else { return }
            records[record].messages[place] = Self.renumbered(records[other].messages[otherPlace], as: message)
            records[other].messages[otherPlace] = Self.renumbered(message, as: records[other].messages[otherPlace])
        default: records[record].messages[place] = Self.damaged(message, &random)
        }
    }

    /// As an answer to the request that another message answers.
    private static func renumbered(_ message: [UInt8], as other: [UInt8]) -> [UInt8] {
        Array(message[..<8] + other[8..<12] + message[12...])
    }

    /// Its payload changed; its header says its new length.
    private static func damaged(_ message: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        let start = 20
        guard message.count > start + 8 else { return message }
        var bytes = message
        // Attributes and their numbers begin at multiples of four.
        let word = start + 4 * Int.random(in: 0..<(message.count - start) / 4, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
            let place = Int.random(in: start..<bytes.count, using: &random)
            bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes.removeSubrange(word...)
        case 2:
            let length: UInt16 =
                [0, 3, 4, 5, 8, .max, .random(in: 0...64, using: &random)].randomElement(using: &random) ?? 0
            bytes.replaceSubrange(word..<word + 2, with: withUnsafeBytes(of: length, Array.init))
        case 3:
            let number: UInt32 = [0, 1, 0x7FFF_FFFF, 0x8000_0000, .max].randomElement(using: &random) ?? 0
            bytes.replaceSubrange(word..<word + 4, with: withUnsafeBytes(of: number.bigEndian, Array.init))
        case 4: bytes += bytes[word...]
        default:
            let end = start + 4 * Int.random(in: 0..<(message.count - start) / 4, using: &random)
            bytes.insert(contentsOf: message[min(word, end)..<max(word, end)], at: word)
        }
        bytes.replaceSubrange(0..<4, with: withUnsafeBytes(of: UInt32(bytes.count), Array.init))
        return bytes
    }
}

/// A capture in a folder, whose files can be replaced with the right checksums: it is as if somebody had made it so.
struct ForgedCapture {
    let path: String
    private var sums: Checksums

    init(_ path: String) throws {
        self.path = path
        let text = try String(contentsOfFile: path + "/" + CaptureFile.checksums, encoding: .utf8)
        guard let sums = Checksums(text) else { throw KernelError("read the checksums of \(path)", .damaged) }
        self.sums = sums
    }

    func bytes(of file: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(file)")))
    }

    mutating func replace(_ file: String, with bytes: [UInt8]) throws {
        var sum = CRC32()
        sum.take(bytes.span.bytes)
        sums.set(file, sum)
        try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(file)"))
        try Data(sums.text.utf8).write(to: URL(fileURLWithPath: path + "/" + CaptureFile.checksums))
    }
}
