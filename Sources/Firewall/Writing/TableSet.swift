import CNetlink
import Netlink

/// A set or verdict map of a table that we write.
package struct TableSet: Hashable, Sendable {
    /// A set as rules of the same transaction name it.
    package struct Reference: Hashable, Sendable {
        let name: String
        /// Of the transaction: an anonymous set gets its name from the kernel only then.
        let id: UInt32
    }

    enum Kind: Hashable {
        /// Its elements stay what they are.
        case constant([[UInt8]])
        /// Packets whose key it has go to a chain.
        case gotoChains([Element])
        /// Rules add to it; of each element packets and bytes are counted if it has counters.
        case dynamic(size: Int, hasCounters: Bool)
    }

    struct Element: Hashable {
        var key: [UInt8]
        var chain: String
    }

    let reference: Reference
    /// An element's key: these fields in a row, each padded to four bytes if there are several.
    let key: [PacketField]
    let kind: Kind
    /// Part of one rule, without a name of its own.
    let isAnonymous: Bool

    /// Elements beyond this many do not fit into one attribute, 65,535 bytes at most: an element has a key of up to 64 bytes
    /// (`NFT_DATA_VALUE_MAXLEN`), and the name of a chain.
    private static let mostInAMessage = 256

    private var keyLength: Int { key.count == 1 ? key[0].length : key.reduce(0) { $0 + $1.space } }

    private var count: Int {
        switch kind {
        case .constant(let keys): keys.count
        case .gotoChains(let elements): elements.count
        case .dynamic: 0
        }
    }

    private var flags: UInt32 {
        var flags: UInt32 = isAnonymous ? NFT_SET_ANONYMOUS.rawValue | NFT_SET_CONSTANT.rawValue : 0
        if case .gotoChains = kind { flags |= NFT_SET_MAP.rawValue }
        if case .dynamic = kind { flags |= NFT_SET_EVAL.rawValue }
        return flags
    }

    func append(to request: inout Request, table: String) {
        request.append(NFTA_SET_TABLE.rawValue, text: table)
        request.append(NFTA_SET_NAME.rawValue, text: reference.name)
        request.append(NFTA_SET_FLAGS.rawValue, bigEndian: flags)
        request.append(NFTA_SET_KEY_TYPE.rawValue, bigEndian: FieldType.number(key.map(\.type)))
        request.append(NFTA_SET_KEY_LEN.rawValue, bigEndian: UInt32(keyLength))
        if case .gotoChains = kind {
            request.append(NFTA_SET_DATA_TYPE.rawValue, bigEndian: UInt32(NFT_DATA_VERDICT.rawValue))
            request.append(NFTA_SET_DATA_LEN.rawValue, bigEndian: UInt32(0))
        }
        request.append(NFTA_SET_ID.rawValue, bigEndian: reference.id)
        if case .dynamic(let size, let hasCounters) = kind {
            request.nest(NFTA_SET_DESC.rawValue) {
                $0.append(NFTA_SET_DESC_SIZE.rawValue, bigEndian: UInt32(clamping: size))
            }
            if hasCounters { request.nest(NFTA_SET_EXPR.rawValue) { $0.nameAndData("counter") { _ in } } }
        } else if isAnonymous {
            request.nest(NFTA_SET_DESC.rawValue) {
                $0.append(NFTA_SET_DESC_SIZE.rawValue, bigEndian: UInt32(count))
            }
        }
        request.append(NFTA_SET_USERDATA.rawValue, SetUserData(of: key).bytes)
    }

    /// Its elements, as the contents of as many messages as it takes.
    func elementLists() -> [[(inout Request) -> Void]] {
        let elements: [(inout Request) -> Void]
        switch kind {
        case .constant(let keys):
            elements = keys.map { key in { $0.value(NFTA_SET_ELEM_KEY.rawValue, key) } }
        case .gotoChains(let pairs):
            elements = pairs.map { pair in
                {
                    $0.value(NFTA_SET_ELEM_KEY.rawValue, pair.key)
                    $0.nest(NFTA_SET_ELEM_DATA.rawValue) { $0.verdict(.goto, pair.chain) }
                }
            }
        case .dynamic: elements = []
        }
        return stride(from: 0, to: elements.count, by: Self.mostInAMessage).map {
            Array(elements[$0..<min($0 + Self.mostInAMessage, elements.count)])
        }
    }
}

extension [UInt8] {
    /// A key of several fields: their values, each padded to four bytes.
    static func key(_ values: [UInt8]...) -> [UInt8] {
        values.flatMap { $0 + [UInt8](repeating: 0, count: (4 - $0.count % 4) % 4) }
    }
}
