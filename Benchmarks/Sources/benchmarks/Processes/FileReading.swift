import CBench
import Glibc

/// Reads a file to its end in pieces. Each piece is valid until the call returns.
func readPieces(of path: String, _ receive: (UnsafeRawBufferPointer) -> Void) throws {
    let descriptor = bench_open_to_read(path)
    guard descriptor >= 0 else { throw Failure("open \(path)", errno: errno) }
    defer { close(descriptor) }
    try withUnsafeTemporaryAllocation(byteCount: 256 << 10, alignment: 16) { buffer in
        while true {
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw Failure("read \(path)", errno: errno) }
            if count == 0 { return }
            receive(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }
}

/// A short file as text.
func readText(of path: String) throws -> String {
    var bytes: [UInt8] = []
    try readPieces(of: path) { bytes += $0 }
    return String(decoding: bytes, as: UTF8.self)
}

/// The beginning of a program's output, usually the reason why it failed.
func firstLine(of path: String) throws -> String {
    try readText(of: path).split(separator: "\n").first.map(String.init) ?? ""
}

func sizeOfFile(_ path: String) throws -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else { throw Failure("stat \(path)", errno: errno) }
    return Int(status.st_size)
}

func countLines(of path: String) throws -> Int {
    var lines = 0
    try readPieces(of: path) { piece in
        for byte in piece where byte == UInt8(ascii: "\n") { lines += 1 }
    }
    return lines
}

func overwrite(_ path: String, with text: String) throws {
    let descriptor = bench_open_to_write(path)
    guard descriptor >= 0 else { throw Failure("open \(path)", errno: errno) }
    defer { close(descriptor) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { throw Failure("write \(path)", errno: errno) }
        rest = rest.dropFirst(count)
    }
}
