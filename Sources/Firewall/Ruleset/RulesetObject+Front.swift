import Addresses
import CNetlink

extension RulesetObject {
    /// Of a chain: whether packets of these families meet it before they come to a point: earlier at its hook or, if that is PRE_ROUTING, at a
    /// device's ingress.
    package func isInFront(of point: ObservationPoint, _ families: Set<IPAddress.Family>) -> Bool {
        guard let hook, let priority else { return false }
        switch family {
        case .netdev: return point.hook == .preRouting && hook == UInt32(NF_NETDEV_INGRESS.rawValue)
        case .inet where hook == UInt32(NF_INET_INGRESS.rawValue): return point.hook == .preRouting
        case .inet: break
        case .ip: if !families.contains(.ipv4) { return false }
        case .ip6: if !families.contains(.ipv6) { return false }
        default: return false
        }
        return hook == UInt32(point.hook.rawValue) && priority < point.priority
    }
}
