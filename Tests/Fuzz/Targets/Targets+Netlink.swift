import Addresses
import Anonymizing
import Inspection
import Routing
import Sockets

@testable import Netlink

extension FuzzTarget {
    /// The frames, and what the lists of rtnetlink and sock_diag say.
    static let netlink = [
        FuzzTarget("netlink", frames),
        FuzzTarget("routing", routing),
        FuzzTarget("sockets", sockets),
        FuzzTarget("anonymizing", anonymizing),
    ]

    private static let request = Request(.netfilter, "fuzz", type: 0, flags: 0)

    @Sendable private static func frames(_ bytes: [UInt8]) {
        let kernel = FuzzedKernel(answers: bytes)
        _ = try? GenericFamily("IPVS", from: kernel)
        do throws(KernelError) {
            _ = try kernel.ask(request) { message, datagram throws(DecodeError) in
                try walk(try message.attributes(after: 4), datagram, depth: 0)
            }
        } catch { Printed.error(error) }
        var cursor = MessageCursor()
        var end = 0
        while let message = try? cursor.next(in: bytes.span.bytes) {
            Finding.require(message.whole.lowerBound >= end, "a message begins before the one before it ends")
            end = message.whole.upperBound
            Finding.require(end <= bytes.count, "a message ends beyond the datagram")
        }
    }

    /// Every attribute as if it had attributes, a few levels deep.
    private static func walk(_ range: Range<Int>, _ bytes: RawSpan, depth: Int) throws(DecodeError) {
        var cursor = AttributeCursor(range)
        var end = range.lowerBound
        while let attribute = try cursor.next(in: bytes) {
            Finding.require(
                attribute.payload.lowerBound >= end + AttributeCursor.headerSize
                    && attribute.payload.upperBound <= range.upperBound, "an attribute is outside of its nest")
            end = attribute.payload.upperBound
            _ = bytes.text(attribute)
            _ = bytes.host(attribute, as: UInt32.self)
            _ = bytes.bigEndian(attribute, as: UInt64.self)
            if depth < 4 { try? walk(attribute.payload, bytes, depth: depth + 1) }
        }
    }

    @Sendable private static func routing(_ bytes: [UInt8]) {
        _ = try? InterfaceFeature.interfaces(
            with: InterfaceFeature.largeReceive, in: FuzzedKernel(answers: bytes))
        do throws(KernelError) {
            let network = try NetworkConfiguration(reading: FuzzedKernel(answers: bytes))
            let lookup = RouteLookup(network)
            for address in network.addresses.map(\.address) + network.routes.map(\.destination.address) {
                _ = lookup.path(to: address, address.family)
                _ = lookup.isLocal(address)
            }
            for family in [IPAddress.Family.ipv4, .ipv6] { _ = lookup.path(to: nil, family) }
        } catch { Printed.error(error) }
    }

    /// The first byte says which bus the others come from, and whether they are a request.
    @Sendable private static func anonymizing(_ bytes: [UInt8]) {
        guard let choice = bytes.first, let key = AnonymizingKey([UInt8](repeating: choice, count: 32)),
            let anonymizer = try? Anonymizer(key)
        else { return }
        let buses = [Request.Bus.netfilter, .generic, .route, .diagnostics]
        let bus = buses[Int(choice & 3)]
        let message = Array(bytes.dropFirst())
        if choice & 4 != 0 { requireFrames(anonymizer.rewritten(request: message, on: bus)) }
        // The bus of an answer is that of the request before it.
        _ = anonymizer.rewritten(request: [], on: bus)
        anonymizer.rewrite(message.span.bytes) { requireFrames($0.copy(0..<$0.byteCount)) }
    }

    private static func requireFrames(_ bytes: [UInt8]) {
        var cursor = MessageCursor()
        do { while try cursor.next(in: bytes.span.bytes) != nil {} } catch {
            Finding.require(false, "what was rewritten is no sequence of messages")
        }
    }

    @Sendable private static func sockets(_ bytes: [UInt8]) {
        do throws(KernelError) {
            var served = ServedConnections(of: [IPAddress(ipv4: 0x0A00_0064)])
            _ = try TCPSocket.forEach(in: FuzzedKernel(answers: bytes)) { socket in
                Finding.require("\(socket.state)" != "", "a state without a name")
                served.take(socket)
            }
        } catch { Printed.error(error) }
    }
}
