import Addresses
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
