import CNetlink
import Netlink
import SystemPackage

/// Sets of ipset again in the network namespace of the calling thread. One that the kernel there does not accept as it is (a type or revision
/// that it lacks) is left out, and named.
package struct IPSetCopy: Sendable {
    /// What was not copied, and why.
    package private(set) var missing: [(set: IPSet, why: KernelError)] = []
    /// What rules call each here, by what the original's rules call it.
    private var indexes: [UInt16: UInt16] = [:]

    /// Of no sets.
    package init() {}

    /// Blocks until they are made. Needs CAP_NET_ADMIN in the user namespace that owns the network namespace; may load the modules of their
    /// types.
    ///
    /// - Parameters:
    ///   - sets: what a set lists before that set.
    ///   - kernel: asks the same namespace.
    package init(of sets: [IPSet], into kernel: any KernelSource) {
        for set in sets {
            do throws(KernelError) { try Self.make(set, in: kernel) } catch { missing.append((set, error)) }
        }
        guard missing.count < sets.count else { return }
        do throws(KernelError) {
            let made = Dictionary(try IPSet.list(in: kernel).map { ($0.name, $0.index) }) { first, _ in first }
            let absent = Set(missing.map(\.set.index))
            for set in sets where !absent.contains(set.index) { indexes[set.index] = made[set.name] }
        } catch { missing = sets.map { ($0, error) } }
    }

    private static func make(_ set: IPSet, in kernel: any KernelSource) throws(KernelError) {
        func fail(_ why: String) -> KernelError { KernelError("copy it", .failed, detail: why) }
        let isAsListed: Bool
        do throws(DecodeError) { isAsListed = try set.isOfSingleElements } catch {
            throw KernelError("copy it", damaged: error)
        }
        guard isAsListed else { throw fail("it has elements that no kernel lists") }
        try ask(set.creation, of: set, kernel)
        do throws(KernelError) { for list in set.elements { try ask(set.addition(of: list), of: set, kernel) } } catch {
            // A part of it would be another set, also for a set that lists it.
            _ = try? kernel.ask(set.removal) { _, _ in }
            throw error
        }
    }

    private static func ask(_ request: Request, of set: IPSet, _ kernel: any KernelSource) throws(KernelError) {
        do throws(KernelError) { _ = try kernel.ask(request) { _, _ in } } catch {
            guard let number = error.errno?.rawValue, number >= CInt(IPSET_ERR_PRIVATE.rawValue) else { throw error }
            // Numbers of ipset's own.
            let isOfType = number == CInt(IPSET_ERR_FIND_TYPE.rawValue)
            throw KernelError(
                request.purpose, .failed,
                detail: isOfType
                    ? "the kernel lacks sets of type \(set.type), or their revision \(set.revision)"
                    : "the kernel refuses it with ipset's error \(number)")
        }
    }

    /// - Throws: if it was not copied.
    private func index(of original: UInt16) throws(KernelError) -> UInt16 {
        if let index = indexes[original] { return index }
        let set = missing.first { $0.set.index == original }?.set
        throw KernelError(
            "copy it", .absent,
            detail: set.map { "it uses \($0), which was not copied" }
                ?? "it uses set \(original) of ipset, which is not known")
    }

    /// Bytes with the indexes of the copy at these places.
    func renumbered(_ bytes: [UInt8], at places: [Int]) throws(KernelError) -> [UInt8] {
        var changed = bytes
        for place in places {
            let original: UInt16
            do throws(DecodeError) { original = try bytes.span.bytes.host(at: place) } catch {
                throw KernelError("copy it", damaged: error)
            }
            if original == SetReferences.none { continue }
            let index = try index(of: original)
            withUnsafeBytes(of: index) { changed.replaceSubrange(place..<place + $0.count, with: $0) }
        }
        return changed
    }
}
