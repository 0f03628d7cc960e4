/// Which attributes a message has, or an attribute that others are nested in, and what becomes of each. Any other one is left out.
struct Shape: Sendable {
    private let fields: [Field?]

    /// - Parameters:
    ///   - kept: types of attributes with nothing that needs to be replaced.
    ///   - fields: others.
    init<Number: BinaryInteger>(keep kept: [Number], _ fields: [(Number, Field)] = []) {
        let all = kept.map { (Int($0), Field.keep) } + fields.map { (Int($0.0), $0.1) }
        var table = [Field?](repeating: nil, count: (all.map(\.0).max() ?? -1) + 1)
        for (type, field) in all where type >= 0 { table[type] = field }
        self.fields = table
    }

    subscript(type: UInt16) -> Field? { fields.indices.contains(Int(type)) ? fields[Int(type)] : nil }
}

/// What becomes of an attribute.
indirect enum Field: Sendable {
    case keep
    /// Left out, as nothing of what ct-inspect says depends on it.
    case drop
    case nested(Shape)
    /// A list: each attribute in it, whatever its type, is of this kind.
    case list(Field)
    /// Of IP, 4 or 16 bytes.
    case address
    /// One whose length in bits the message's header has, at this offset.
    case prefix(lengthAt: Int)
    /// `union nf_inet_addr`, of the family in an attribute beside it with this type, or else as its content looks.
    case union(familyIn: UInt16)
    /// Of a link; of a tunnel one of IP.
    case link
    case interface
    /// Of a table, chain, set: NUL-terminated as a rule.
    case name
    case text
    /// What needs code of its own.
    case special(Special)

    enum Special: Sendable {
        case linkInformation, nextHops, via
        case expressions, expression, elements, objectData, userData, setUserData
        case setElement, setHead
    }
}
