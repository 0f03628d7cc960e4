import CNetlink
import Netlink

/// The text of a rule from its expressions, like nft(8)'s, for hosts without that program. Pure.
///
/// It says what the rule matches, and what it does with the packet; what it has no words for it names in brackets: `[socket]`. Anonymous
/// sets are named, not listed.
struct RuleRenderer {
    private let family: TableFamily
    private var words: [Word] = []
    /// What registers hold, in the order in which they were loaded.
    private var loaded: [(register: UInt32, field: RenderedField)] = []
    /// Constants in registers.
    private var constants: [UInt32: [UInt8]] = [:]
    /// What the rule has compared, which gives fields their names.
    private var known = RenderedField.Context()

    private struct Word {
        var text: String
        /// Of a comparison that is left out if a field that implies it follows.
        var dependency: RenderedField.Dependency?
    }

    /// - Returns: without counters, with the comment.
    static func text(of rule: RulesetObject) -> String {
        var renderer = RuleRenderer(family: rule.family)
        for expression in rule.expressions { renderer.take(expression) }
        if let comment = rule.comment { renderer.say("comment \"\(comment)\"") }
        return renderer.words.map(\.text).joined(separator: " ")
    }

    private init(family: TableFamily) {
        self.family = family
        known.family = family
    }

    private mutating func take(_ expression: RuleExpression) {
        switch expression.name {
        case "payload", "meta", "ct": takeField(expression)
        case "immediate": takeImmediate(expression)
        case "bitwise": takeMask(expression)
        // It changes how a value is written, not what it is.
        case "byteorder": edit(expression.number(NFTA_BYTEORDER_SREG.rawValue)) { $0.isBigEndian = true }
        case "cmp": takeComparison(expression)
        case "range": takeRange(expression)
        case "lookup": takeLookup(expression)
        case "dynset": takeUpdate(expression)
        case "counter": break
        case "nat", "redir", "masq":
            say(RenderedTranslation(constants: constants).words(expression) ?? "[\(expression.name)]")
        default: say(RenderedStatement.words(expression, in: family))
        }
    }

    /// A statement ends what was loaded.
    private mutating func say(_ statement: String) {
        loaded = []
        words.append(Word(text: statement))
    }

    // MARK: Registers

    private mutating func takeField(_ expression: RuleExpression) {
        if let source = RenderedField.sourceRegister(of: expression) {
            let value = constants[RenderedField.number(register: source)]
            return say(
                RenderedField(expression, known)?.assignment(value) ?? "[\(expression.name)]")
        }
        guard let register = RenderedField.destinationRegister(of: expression),
            let field = RenderedField(expression, known)
        else { return say("[\(expression.name)]") }
        let number = RenderedField.number(register: register)
        // What it held is gone, even if it was kept for a range's other end.
        loaded.removeAll { $0.register == number }
        loaded.append((number, field))
    }

    private mutating func takeImmediate(_ expression: RuleExpression) {
        guard let register = expression.number(NFTA_IMMEDIATE_DREG.rawValue),
            let data = expression.payload(NFTA_IMMEDIATE_DATA.rawValue)
        else { return say("[immediate]") }
        if register != UInt32(NFT_REG_VERDICT.rawValue) {
            constants[RenderedField.number(register: register)] = RuleExpression("", data).payload(
                NFTA_DATA_VALUE.rawValue)
            return
        }
        say(RenderedStatement.verdict(data) ?? "[immediate]")
    }

    private mutating func edit(_ register: UInt32?, _ change: (inout RenderedField) -> Void) {
        guard let register, let place = place(register) else { return }
        change(&loaded[place].field)
    }

    private func place(_ register: UInt32) -> Int? {
        let number = RenderedField.number(register: register)
        return loaded.lastIndex { $0.register == number }
    }

    private mutating func takeMask(_ expression: RuleExpression) {
        let mask = expression.data(NFTA_BITWISE_MASK.rawValue)
        let flips = expression.data(NFTA_BITWISE_XOR.rawValue) ?? []
        guard let register = expression.number(NFTA_BITWISE_SREG.rawValue), place(register) != nil, let mask,
            flips.allSatisfy({ $0 == 0 })
        else { return say("[bitwise]") }
        edit(register) { $0.mask = mask }
    }

    /// The field that a register holds; it is used up.
    private mutating func field(_ register: UInt32?) -> RenderedField? {
        guard let register, let place = place(register) else { return nil }
        let field = loaded[place].field
        loaded = []
        return field
    }

    // MARK: Matches

    private mutating func takeComparison(_ expression: RuleExpression) {
        let register = expression.number(NFTA_CMP_SREG.rawValue)
        let kept = loaded
        guard let value = expression.data(NFTA_CMP_DATA.rawValue), let field = field(register),
            let operation = expression.number(NFTA_CMP_OP.rawValue)
        else { return say("[cmp]") }
        if let range = rangeEnd(field, operation, value) { return words.append(Word(text: range)) }
        let isEqual = operation == UInt32(NFT_CMP_EQ.rawValue)
        if isEqual { known.learn(field, value) }
        match([field], field.comparison(operation, value), isEqual ? field.dependency(value) : nil)
        // A range's other end follows.
        if operation == UInt32(NFT_CMP_GTE.rawValue) { loaded = kept }
    }

    /// After `>=`, `<=` of the same field makes a range of both.
    private mutating func rangeEnd(_ field: RenderedField, _ operation: UInt32, _ value: [UInt8]) -> String? {
        let beginning = "\(field.name) >= "
        guard operation == UInt32(NFT_CMP_LTE.rawValue), let last = words.last?.text, last.hasPrefix(beginning) else {
            return nil
        }
        words.removeLast()
        return "\(field.name) \(last.dropFirst(beginning.count))-\(field.text(value))"
    }

    private mutating func takeRange(_ expression: RuleExpression) {
        let register = expression.number(NFTA_RANGE_SREG.rawValue)
        guard let low = expression.data(NFTA_RANGE_FROM_DATA.rawValue),
            let high = expression.data(NFTA_RANGE_TO_DATA.rawValue), let field = field(register)
        else { return say("[range]") }
        let isInverted = expression.number(NFTA_RANGE_OP.rawValue) == UInt32(NFT_RANGE_NEQ.rawValue)
        match([field], "\(field.name) \(isInverted ? "!= " : "")\(field.text(low))-\(field.text(high))")
    }

    private mutating func takeLookup(_ expression: RuleExpression) {
        guard let set = expression.setUsed, let key = key() else { return say("[lookup]") }
        let isMap = expression.number(NFTA_LOOKUP_DREG.rawValue) != nil
        let isInverted = (expression.number(NFTA_LOOKUP_FLAGS.rawValue) ?? 0) & UInt32(NFT_LOOKUP_F_INV.rawValue) != 0
        match(key.fields, "\(key.name) \(isMap ? "vmap " : isInverted ? "!= " : "")@\(set)")
    }

    private mutating func takeUpdate(_ expression: RuleExpression) {
        guard let set = expression.setUsed, let key = key() else { return say("[dynset]") }
        let operation =
            switch expression.number(NFTA_DYNSET_OP.rawValue) {
            case UInt32(NFT_DYNSET_OP_ADD.rawValue): "add"
            case UInt32(NFT_DYNSET_OP_UPDATE.rawValue): "update"
            default: "delete"
            }
        match(key.fields, "\(operation) @\(set) { \(key.name) }")
    }

    /// All that was loaded, as one value.
    private mutating func key() -> (fields: [RenderedField], name: String)? {
        let fields = loaded.map(\.field)
        loaded = []
        return fields.isEmpty ? nil : (fields, fields.map(\.name).joined(separator: " . "))
    }

    private mutating func match(
        _ fields: [RenderedField], _ text: String, _ dependency: RenderedField.Dependency? = nil
    ) {
        words.removeAll { word in
            guard let dependency = word.dependency else { return false }
            return fields.contains { $0.implies(dependency) }
        }
        words.append(Word(text: text, dependency: dependency))
    }
}

extension RuleExpression {
    /// The bytes of a value (`NFTA_DATA_VALUE`).
    func data(_ type: UInt32) -> [UInt8]? {
        payload(type).flatMap { RuleExpression("", $0).payload(NFTA_DATA_VALUE.rawValue) }
    }

    func text(_ type: UInt32) -> String? {
        payload(type).map { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

extension RulesetObject {
    /// Of a rule: nft(8)'s, in its user data, values with a type and a length of one byte each (`NFTNL_UDATA_RULE_COMMENT`).
    fileprivate var comment: String? {
        var rest = (payload(NFTA_RULE_USERDATA.rawValue) ?? [])[...]
        while let type = rest.popFirst(), let length = rest.popFirst(), rest.count >= Int(length) {
            let value = rest.prefix(Int(length))
            rest = rest.dropFirst(Int(length))
            if type == 0 { return String(decoding: value.prefix { $0 != 0 }, as: UTF8.self) }
        }
        return nil
    }
}
