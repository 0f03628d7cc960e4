import SystemPackage

/// A `ConnectionTable` in a capture: the magic number, then the records as they were delivered (`ConnectionRecord`).
enum ConnectionRecordFile {
    /// Not a file of the kernel's; below a name of ours, so that it stands apart from those.
    static let file = KernelFile("bpf/ip_vs_conn")
    /// The last digit is the version of the records' layout.
    static let magic = Array("cticonn1".utf8)

    /// Finds whole records in a file that arrives in pieces, split anywhere.
    struct Splitter {
        private var pending: [UInt8] = []
        private var hasBegun = false
        /// Why the file is not one of records.
        private(set) var damage: String?
        /// Whether it is one, but with another layout.
        private(set) var isOfAnotherVersion = false

        /// - Parameter receive: gets whole records.
        mutating func take(_ piece: RawSpan, _ receive: (RawSpan) -> Void) {
            var start = 0
            // What was split is joined byte by byte; the rest of the piece, nearly all of it, is not copied.
            while damage == nil, !hasBegun || !pending.isEmpty, start < piece.byteCount {
                pending.append(piece.unsafeLoadUnaligned(fromByteOffset: start, as: UInt8.self))
                start += 1
                if hasBegun { join(receive) } else { begin() }
            }
            guard damage == nil else { return }
            let end = endOfWholeRecords(in: piece, from: start)
            if end > start { receive(piece.extracting(start..<end)) }
            pending += piece.copy(end..<piece.byteCount)
        }

        /// What is pending may be the magic number now.
        private mutating func begin() {
            guard pending.count == magic.count else { return }
            hasBegun = pending == magic
            if !hasBegun {
                isOfAnotherVersion = pending.starts(with: magic.dropLast())
                damage = "it does not begin with \(String(decoding: magic, as: UTF8.self))"
            }
            pending.removeAll()
        }

        /// What is pending may be a whole record now.
        private mutating func join(_ receive: (RawSpan) -> Void) {
            let joined = pending
            guard endOfWholeRecords(in: joined.span.bytes, from: 0) > 0 else { return }
            receive(joined.span.bytes)
            pending.removeAll()
        }

        private mutating func endOfWholeRecords(in bytes: RawSpan, from start: Int) -> Int {
            var end = start
            while end + 2 <= bytes.byteCount {
                let length = Int(bytes.unsafeLoadUnaligned(fromByteOffset: end, as: UInt16.self))
                guard length >= ConnectionRecord.size, length % 8 == 0 else {
                    damage = "a record has a length of \(length)"
                    break
                }
                if end + length > bytes.byteCount { break }
                end += length
            }
            return end
        }

        mutating func finish() {
            if damage == nil, !hasBegun || !pending.isEmpty { damage = "it ends within a record" }
        }
    }
}

/// The connections of a capture.
final class CapturedTable: ConnectionTable {
    private unowned let kernel: CapturedKernel

    init(_ kernel: CapturedKernel) { self.kernel = kernel }

    /// - Throws: `.damaged` if it is not a file of records, or not read to its end.
    func read(within bound: Duration?, _ receive: (RawSpan) -> Void) throws(KernelError) {
        var splitter = ConnectionRecordFile.Splitter()
        let completeness = try kernel.read(ConnectionRecordFile.file, within: .seconds(60)) { piece in
            splitter.take(piece, receive)
        }
        splitter.finish()
        let another = "read it with the version that wrote it"
        let nextStep = splitter.isOfAnotherVersion ? another : CaptureFile.copyAgain
        let cut: String? = if case .cut(let why) = completeness { why } else { nil }
        guard let why = cut ?? splitter.damage else { return }
        throw KernelError(
            "read \(ConnectionRecordFile.file) in the capture", .damaged, detail: why, nextStep: nextStep)
    }
}

/// A table that is copied into a capture while it is read.
final class RecordedTable: ConnectionTable {
    private let table: any ConnectionTable
    private unowned let recording: RecordingKernel

    init(_ table: any ConnectionTable, _ recording: RecordingKernel) {
        self.table = table
        self.recording = recording
    }

    func read(within bound: Duration?, _ receive: (RawSpan) -> Void) throws(KernelError) {
        try recording.record(ConnectionRecordFile.file) { write throws(KernelError) in
            write(ConnectionRecordFile.magic.span.bytes)
            try table.read(within: bound) { batch in
                write(batch)
                receive(batch)
            }
        }
    }
}
