import SystemPackage

/// `CRC32SUMS`: a line `crc32  path` for each file of a capture. It is written last, so a capture without it is incomplete.
struct Checksums: Equatable {
    private(set) var sums: [String: UInt32] = [:]

    init() {}

    mutating func set(_ path: String, _ sum: CRC32) { sums[path] = sum.value }

    var text: String {
        sums.sorted { $0.key < $1.key }.map { path, sum in CRC32.digits(of: sum) + "  " + path + "\n" }.joined()
    }

    /// Nil if any line is not in our format.
    init?(_ text: String) {
        guard text.hasSuffix("\n") else { return nil }
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            guard let sum = UInt32(line.prefix(8), radix: 16), line.dropFirst(8).hasPrefix("  ") else { return nil }
            sums[String(line.dropFirst(10))] = sum
        }
        // Other spellings of the same sums (upper case, another order) are not ours.
        guard self.text == text else { return nil }
    }

    /// Reads every file of a capture and compares.
    ///
    /// - Parameter progress: called for each piece with the bytes read so far, and those of all files.
    /// - Returns: the capture's files.
    static func verified(
        _ storage: any CaptureStorage, _ progress: (_ bytes: Int, _ of: Int) -> Void = { _, _ in }
    ) throws(KernelError) -> Checksums {
        let purpose = CaptureFile.purpose(storage.path)
        let text: [UInt8]
        do throws(Errno) { text = try CaptureFile.bytes(storage.file(at: CaptureFile.checksums)) } catch {
            let inside = error == .noSuchFileOrDirectory ? CaptureFile.captureInside(storage) : nil
            throw CaptureFile.noCapture(purpose, error, inside: inside)
        }
        guard let expected = Checksums(String(decoding: text, as: UTF8.self)),
            expected.holds(CaptureFile.manifest), expected.holds(CaptureFile.netlink),
            // We never write a path that leads out of the directory.
            expected.sums.keys.allSatisfy({
                Folder.components(of: $0).map { $0.count <= CaptureContents.deepest } ?? false
            })
        else { throw damaged(purpose, CaptureFile.checksums) }
        let size = try size(of: expected, storage)
        var count = 0
        for (path, sum) in expected.sums.sorted(by: { $0.key < $1.key }) {
            var actual = CRC32()
            do throws(Errno) {
                try CaptureFile.read(storage.file(at: path)) { piece in
                    actual.take(piece)
                    count += piece.byteCount
                    progress(count, size)
                }
            } catch {
                throw CaptureFile.unreadable(purpose, error, detail: path)
            }
            if actual.value != sum { throw damaged(purpose, path) }
        }
        return expected
    }

    /// Known before any is read, as a stranger's may be a terabyte that takes no space on the disk.
    private static func size(of expected: Checksums, _ storage: any CaptureStorage) throws(KernelError) -> Int {
        let purpose = CaptureFile.purpose(storage.path)
        var rest = CaptureFile.mostBytes
        for path in expected.sums.keys {
            do throws(Errno) { rest -= try storage.size(of: path) } catch {
                throw CaptureFile.unreadable(purpose, error, detail: path)
            }
            if rest < 0 { throw CaptureFile.tooLarge(purpose) }
        }
        return CaptureFile.mostBytes - rest
    }

    func holds(_ path: String) -> Bool { sums[path] != nil }

    private static func damaged(_ purpose: String, _ path: String) -> KernelError {
        KernelError(
            purpose, .damaged, detail: "\(path) is not as it was written", nextStep: CaptureFile.copyAgain)
    }
}
