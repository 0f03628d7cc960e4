import Glibc
import Netlink
import SystemPackage

/// What decides how an `Anonymizer` replaces: with the same key two captures get the same replacements. Whoever has it can find the
/// originals by trying them.
package struct AnonymizingKey: Sendable {
    let bytes: [UInt8]

    static let size = 32

    /// - Parameter bytes: 32.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.size else { return nil }
        self.bytes = bytes
    }

    /// A new one, of the kernel's random numbers (getrandom(2)).
    package init() {
        var generator = SystemRandomNumberGenerator()
        bytes = (0..<Self.size).map { _ in .random(in: .min ... .max, using: &generator) }
    }

    /// The one in a file, which is made with a new one if there is none.
    ///
    /// - Parameters:
    ///   - path: its content is 64 hexadecimal digits.
    ///   - owner: to whom a new one is given; nil for the user who makes it.
    /// - Throws: `.invalid` if others can read or write it, or it is no key; `.failed`, `.forbidden`.
    package init(file path: String, for owner: FileOwner? = nil) throws(KernelError) {
        let purpose = "read the key \(path)"
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        if descriptor < 0 {
            guard Errno.last == .noSuchFileOrDirectory else { throw KernelError(purpose, .last) }
            self = AnonymizingKey()
            try write(to: path, for: owner)
            return
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw KernelError(purpose, .last) }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 == 0 else {
            throw KernelError(
                purpose, .invalid, detail: "others can read it, or it is no file",
                nextStep: "chmod 600 it, if nobody has seen it, or give a new name")
        }
        guard let bytes = Self.content(of: descriptor) else {
            throw KernelError(
                purpose, .invalid, detail: "it does not have \(2 * Self.size) hexadecimal digits",
                nextStep: "give a new name: then a key is made")
        }
        self = AnonymizingKey(known: bytes)
    }

    private init(known bytes: [UInt8]) { self.bytes = bytes }

    private static func content(of descriptor: CInt) -> [UInt8]? {
        var text = [UInt8](repeating: 0, count: 2 * size + 2)
        let count = read(descriptor, &text, text.count)
        guard count == 2 * size || count == 2 * size + 1 && text[2 * size] == UInt8(ascii: "\n") else { return nil }
        var bytes: [UInt8] = []
        for place in stride(from: 0, to: 2 * size, by: 2) {
            let digits = String(decoding: text[place..<place + 2], as: UTF8.self)
            guard digits.allSatisfy(\.isHexDigit), let byte = UInt8(digits, radix: 16) else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    private func write(to path: String, for owner: FileOwner?) throws(KernelError) {
        let purpose = "make the key \(path)"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw KernelError(purpose, .last) }
        let file = FileDescriptor(rawValue: descriptor)
        let text = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "\n"
        do {
            defer { try? file.close() }
            if let owner, fchown(descriptor, owner.user, owner.group) != 0 { throw Errno.last }
            try file.writeAll(text.utf8)
            guard fsync(descriptor) == 0 else { throw Errno.last }
        } catch {
            unlink(path)
            throw KernelError(purpose, error as? Errno ?? .ioError)
        }
    }
}
