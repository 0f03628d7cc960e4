import Addresses
import Collection
import Glibc
import Netlink
import Synchronization
import SystemPackage

/// Resolves the names of addresses on a thread of its own, as a name server may take its time. It begins in the network namespace of the thread that
/// makes it, reaches files as the program's caller does, and has no capability: what it reads comes from elsewhere.
final class NameResolver: Sendable {
    private struct State {
        /// The latest are on the screen: they come first.
        var asked: [IPAddress] = []
        var isOngoing: Set<IPAddress> = []
        var found: [(address: IPAddress, name: String?)] = []
        /// Of these no name server has told anything: until when nobody is asked again.
        var postponed: [IPAddress: ContinuousClock.Instant] = [:]
        var refusal: String?

        mutating func postpone(_ address: IPAddress, at now: ContinuousClock.Instant) {
            isOngoing.remove(address)
            if postponed.count >= mostAsked { postponed = postponed.filter { $0.value > now } }
            if postponed.count < mostAsked { postponed[address] = now + postponement }
        }
    }

    private let state = Mutex(State())
    private let wakeUp: FileDescriptor
    private let sleeper: FileDescriptor
    private let caller: SettingsPlace.Caller?

    /// More are forgotten, until they are on the screen again.
    static let mostAsked = 256
    private static let postponement = Duration.seconds(30)

    init(as caller: SettingsPlace.Caller?) throws(KernelError) {
        self.caller = caller
        (sleeper, wakeUp) = try UserThread.pipe()
        pthread_detach(try BackgroundThread.start { [self] in work() })
    }

    /// Asks for names; those that were asked for, and not taken yet, are not asked for twice.
    func ask(_ addresses: [IPAddress]) {
        let isNew = state.withLock { state in
            let now = ContinuousClock.now
            let fresh = addresses.filter { address in
                state.postponed[address].map { $0 <= now } ?? true && state.isOngoing.insert(address).inserted
            }
            state.asked += fresh
            let excess = max(0, state.asked.count - Self.mostAsked)
            for forgotten in state.asked.prefix(excess) { state.isOngoing.remove(forgotten) }
            state.asked.removeFirst(excess)
            return !fresh.isEmpty
        }
        if isNew { _ = try? wakeUp.writeAll([0]) }
    }

    /// What was found since the last call. Does not block.
    func take() -> [(address: IPAddress, name: String?)] {
        state.withLock { state in
            defer { state.found = [] }
            for (address, _) in state.found { state.isOngoing.remove(address) }
            return state.found
        }
    }

    /// Why no name will be found; nil if they may be.
    var refusal: String? { state.withLock(\.refusal) }

    private func work() {
        // With other rights nothing is resolved.
        if let refusal = UserThread.renounce(caller) { return state.withLock { $0.refusal = refusal.description } }
        var byte: UInt8 = 0
        while (try? withUnsafeMutableBytes(of: &byte, { try sleeper.read(into: $0) })) == 1 {
            while let address = state.withLock({ $0.asked.popLast() }) {
                let answer = Self.answer(about: address)
                state.withLock { state in
                    switch answer {
                    case .name(let name): state.found.append((address, name))
                    case .nothing: state.found.append((address, nil))
                    case .later: state.postpone(address, at: .now)
                    }
                }
            }
        }
    }

    enum Answer: Equatable {
        case name(String)
        case nothing
        /// No name server answers now.
        case later
    }

    /// Blocks for as long as the system's resolver takes.
    static func answer(about address: IPAddress) -> Answer {
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let room = socklen_t(host.count)
        let status = address.socketAddress.withUnsafeBytes { bytes in
            getnameinfo(
                bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count), &host, room, nil, 0,
                NI_NAMEREQD)
        }
        if status == EAI_AGAIN { return .later }
        let bytes = host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return status != 0 || bytes.isEmpty ? .nothing : .name(String(decoding: bytes, as: UTF8.self))
    }
}

extension IPAddress {
    /// `struct sockaddr_in` or `sockaddr_in6` without a port, as bytes.
    fileprivate var socketAddress: [UInt8] {
        let type = sa_family_t(family == .ipv4 ? AF_INET : AF_INET6)
        let beginning = withUnsafeBytes(of: type, Array.init) + [0, 0]
        return family == .ipv4
            ? beginning + networkBytes + [UInt8](repeating: 0, count: 8)
            : beginning + [0, 0, 0, 0] + networkBytes + [0, 0, 0, 0]
    }
}
