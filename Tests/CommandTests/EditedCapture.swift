import Foundation
import Testing

@testable import Netlink

/// A copy of a bundled capture in which one of the kernel's messages is another: as if its kernel had sent that.
struct EditedCapture {
    private let folder: TemporaryFolder
    let path: String

    /// What is done to a message.
    enum Edit: Sendable {
        case type(UInt16)
        /// Of generic netlink.
        case command(UInt8)
        case sequence(UInt32)
        /// Without the attribute at this path.
        case without([UInt16])
    }

    /// - Parameters:
    ///   - type: of the messages of which the first one is edited.
    ///   - command: of generic netlink, the same.
    init(of fixture: Fixture, type: UInt16, command: UInt8? = nil, _ edit: Edit) throws {
        folder = try TemporaryFolder()
        path = folder.url.appendingPathComponent("capture").path
        try FileManager.default.copyItem(atPath: fixture.capture, toPath: path)
        var capture = try ForgedCapture(path)
        let pcap = try capture.bytes(of: CaptureFile.netlink)
        var edited = Array(pcap.prefix(Pcap.fileHeaderSize))
        var isDone = false
        var offset = edited.count
        let headers = Pcap.recordHeaderSize + Pcap.linkHeaderSize
        while offset < pcap.count {
            let header = Array(pcap[offset..<offset + headers])
            let record = try Pcap.RecordHeader(header.span.bytes)
            offset += headers
            var messages = Self.messages(Array(pcap[offset..<offset + record.count]))
            offset += record.count
            let place = messages.firstIndex {
                Self.number($0, at: 4) == type && (command == nil || $0.dropFirst(16).first == command)
            }
            if record.direction == .fromKernel, !isDone, let place {
                messages[place] = Self.edited(messages[place], edit)
                isDone = true
            }
            let datagram = messages.flatMap { $0 }
            let count = Self.bytes(UInt32(datagram.count + Pcap.linkHeaderSize))
            edited += header[..<8] + count + count + header[16...] + datagram
        }
        try #require(isDone, "the capture has no message of type \(type)")
        try capture.replace(CaptureFile.netlink, with: edited)
    }

    private static func messages(_ datagram: [UInt8]) -> [[UInt8]] {
        var messages: [[UInt8]] = []
        var offset = 0
        while offset + 16 <= datagram.count {
            let length = Int(number(datagram, at: offset)) + Int(number(datagram, at: offset + 2)) << 16
            let end = min(datagram.count, offset + (max(16, length) + 3) & ~3)
            messages.append(Array(datagram[offset..<end]))
            offset = end
        }
        return messages
    }

    private static func edited(_ message: [UInt8], _ edit: Edit) -> [UInt8] {
        var bytes = message
        switch edit {
        case .type(let type): bytes.replaceSubrange(4..<6, with: Self.bytes(type))
        case .command(let command): bytes[16] = command
        case .sequence(let sequence): bytes.replaceSubrange(8..<12, with: Self.bytes(sequence))
        case .without(let path):
            // Behind the header of netlink, and that of nfnetlink or generic netlink.
            bytes = Array(message[..<20]) + without(path[...], Array(message[20...]))
            bytes.replaceSubrange(0..<4, with: Self.bytes(UInt32(bytes.count)))
        }
        return bytes
    }

    private static func without(_ path: ArraySlice<UInt16>, _ attributes: [UInt8]) -> [UInt8] {
        var left: [UInt8] = []
        var offset = 0
        while offset + 4 <= attributes.count {
            let length = Int(number(attributes, at: offset))
            let end = min(attributes.count, offset + (max(4, length) + 3) & ~3)
            if number(attributes, at: offset + 2) & 0x3FFF != path.first {
                left += attributes[offset..<end]
            } else if path.count > 1 {
                let inner = without(path.dropFirst(), Array(attributes[offset + 4..<offset + length]))
                left += bytes(UInt16(inner.count + 4)) + attributes[offset + 2..<offset + 4] + inner
            }
            offset = end
        }
        return left
    }

    private static func number(_ bytes: [UInt8], at offset: Int) -> UInt16 {
        UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8
    }

    private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian, Array.init)
    }
}
