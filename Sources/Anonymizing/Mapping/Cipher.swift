import CNettle
import Netlink

/// AES-128 by libnettle, with one key.
struct Cipher {
    private var context = aes128_ctx()

    static let blockSize = 16

    /// - Parameter key: 16 bytes; libnettle has been loaded.
    init(key: [UInt8]) {
        let whole = key.prefix(Self.blockSize) + [UInt8](repeating: 0, count: max(0, Self.blockSize - key.count))
        Array(whole).withUnsafeBufferPointer { cnettle_aes128_set_key(&context, $0.baseAddress) }
    }

    /// Encrypts the whole blocks at the beginning of some bytes, each by itself.
    mutating func encrypt(_ bytes: UnsafeMutableBufferPointer<UInt8>) {
        cnettle_aes128_encrypt(&context, bytes.count - bytes.count % Self.blockSize, bytes.baseAddress)
    }

    /// Loads libnettle, once.
    static func load() throws(KernelError) {
        guard let why = cnettle_load() else { return }
        throw KernelError(
            "anonymize", .absent, detail: String(cString: why),
            nextStep: "install libnettle 3.5 or later (libnettle8, libnettle8t64)")
    }
}

/// Numbers that look random, and only who has the key can tell from such.
struct KeyedHash {
    private let key: [UInt8]

    init(key: [UInt8]) { self.key = key }

    /// 32 bytes (HMAC with SHA-256) of a text; for each purpose other ones.
    func digest(_ purpose: String, _ text: some Sequence<UInt8>) -> [UInt8] {
        let message = Array(purpose.utf8) + [0] + text
        return [UInt8](unsafeUninitializedCapacity: 32) { digest, count in
            cnettle_hmac(key.count, key, message.count, message, digest.baseAddress)
            count = 32
        }
    }

    /// As many as are wanted.
    func bytes(_ count: Int, _ purpose: String, _ text: some Sequence<UInt8>) -> [UInt8] {
        let whole = Array(text)
        var bytes: [UInt8] = []
        while bytes.count < count { bytes += digest("\(purpose) \(bytes.count)", whole) }
        return Array(bytes.prefix(count))
    }
}
