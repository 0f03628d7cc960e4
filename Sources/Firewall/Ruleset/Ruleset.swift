import CNetlink
import Netlink

/// All of nf_tables in a network namespace, whoever made it: nft, iptables-nft, firewalld. Not the tables of iptables-legacy.
package struct Ruleset: Equatable, Sendable {
    /// By kind, in the order of the kernel's lists: the rules of a chain are in the order in which packets meet them.
    private var objects: [RulesetObject.Kind: [RulesetObject]] = [:]
    /// Why it is not all of one moment, in words; nil if it is.
    package private(set) var shortfall: String?

    package var isWhole: Bool { shortfall == nil }

    package internal(set) subscript(kind: RulesetObject.Kind) -> [RulesetObject] {
        get { objects[kind] ?? [] }
        set { objects[kind] = newValue.isEmpty ? nil : newValue }
    }

    package init() {}

    /// How many times it is read if it changes meanwhile.
    private static let attempts = 5

    /// Reads it, again if its generation changes. Blocks for milliseconds, or a second for tens of thousands of rules; needs CAP_NET_ADMIN.
    /// A kernel without nf_tables has an empty one.
    ///
    /// What packets do to sets (dynamic elements, counters) changes no generation: that is as it was when its list was read.
    package init(reading kernel: any KernelSource) throws(KernelError) {
        for _ in 1...Self.attempts {
            let before: UInt32
            do throws(KernelError) { before = try Self.generation(of: kernel) } catch {
                guard error.saysUnserved else { throw error }
                return
            }
            objects = [:]
            var answer = try readAll(from: kernel)
            if !answer.interrupted { answer.interrupted = try Self.generation(of: kernel) != before }
            shortfall = answer.shortfall(ifChanged: "they kept changing while they were read")
            if !answer.interrupted { return }
        }
    }

    /// Only tables and chains, without their rules: a few milliseconds, however many rules there are. Needs CAP_NET_ADMIN.
    ///
    /// - Throws: also if a part of the answer cannot be used.
    package init(readingChainsOf kernel: any KernelSource) throws(KernelError) {
        do throws(KernelError) {
            for kind in [RulesetObject.Kind.table, .chain] {
                let request = Self.request(kind)
                let answer = try read(kind, request, from: kernel)
                try answer.requireUsable(request.purpose)
            }
        } catch {
            guard error.saysUnserved else { throw error }
        }
    }

    /// `NFTA_GEN_ID`, which each transaction increments, and so tells whether anything has changed. Blocks for a fraction of a millisecond;
    /// needs CAP_NET_ADMIN. Without nf_tables an error that says that the request is unserved.
    package static func generation(of kernel: any KernelSource) throws(KernelError) -> UInt32 {
        let request = Request.netfilter(
            "read the generation of nf_tables", subsystem: NFNL_SUBSYS_NFTABLES, message: NFT_MSG_GETGEN.rawValue,
            flags: NLM_F_ACK)
        var generation: UInt32?
        try kernel.askStrictly(request) { message, datagram throws(DecodeError) in
            var cursor = AttributeCursor(try message.attributes(after: MemoryLayout<nfgenmsg>.size))
            while let attribute = try cursor.next(in: datagram) {
                if attribute.type == UInt16(NFTA_GEN_ID.rawValue) { generation = datagram.bigEndian(attribute) }
            }
        }
        guard let generation else {
            throw KernelError(request.purpose, .damaged, detail: "the answer contains no generation")
        }
        return generation
    }

    /// - Returns: how the answers ended.
    private mutating func readAll(from kernel: any KernelSource) throws(KernelError) -> Answer {
        var whole = Answer()
        for kind in RulesetObject.Kind.allCases where kind != .elements {
            whole.add(try read(kind, Self.request(kind), from: kernel))
        }
        var names: Set<[[UInt8]?]> = []
        for set in self[.set] where names.insert(Self.identity(ofSet: set)).inserted {
            do throws(KernelError) {
                whole.add(try read(.elements, Self.request(elementsOf: set), from: kernel))
            } catch {
                // The set is gone.
                if error.cause != .notFound { throw error }
                whole.interrupted = true
            }
        }
        return whole
    }

    private mutating func read(
        _ kind: RulesetObject.Kind, _ request: Request, from kernel: any KernelSource
    ) throws(KernelError) -> Answer {
        var found = objects.removeValue(forKey: kind) ?? []
        let answer = try kernel.ask(request) { message, datagram throws(DecodeError) in
            found.append(try RulesetObject(kind, message, in: datagram))
        }
        objects[kind] = found.isEmpty ? nil : found
        return answer
    }

    private static func request(_ kind: RulesetObject.Kind) -> Request {
        .netfilter(
            "list each \(kind.word) of nf_tables", subsystem: NFNL_SUBSYS_NFTABLES, message: kind.getting,
            flags: NLM_F_DUMP)
    }

    private static func request(elementsOf set: RulesetObject) -> Request {
        var request = Request.netfilter(
            "list the elements of set \(set.family) \(set.table) \(set.name)", subsystem: NFNL_SUBSYS_NFTABLES,
            message: RulesetObject.Kind.elements.getting, flags: NLM_F_DUMP, family: Int32(set.family.rawValue))
        // As they are: the kernel takes any bytes as a name.
        request.append(NFTA_SET_ELEM_LIST_TABLE.rawValue, set.payload(NFTA_SET_TABLE.rawValue) ?? [])
        request.append(NFTA_SET_ELEM_LIST_SET.rawValue, set.payload(NFTA_SET_NAME.rawValue) ?? [])
        return request
    }

    private static func identity(ofSet set: RulesetObject) -> [[UInt8]?] {
        [[set.family.rawValue], set.payload(NFTA_SET_TABLE.rawValue), set.payload(NFTA_SET_NAME.rawValue)]
    }
}
