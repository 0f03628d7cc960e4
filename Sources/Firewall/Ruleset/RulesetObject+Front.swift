import Addresses
import CNetlink

extension RulesetObject {
    /// Of a chain: whether packets of these families meet it before they come to a point at PRE_ROUTING: at a device's ingress, or earlier at
    /// that hook.
    package func isInFront(of point: ObservationPoint, _ families: Set<IPAddress.Family>) -> Bool {
        guard let hook, let priority else { return false }
        switch family {
        case .netdev: return hook == UInt32(NF_NETDEV_INGRESS.rawValue)
        case .inet where hook == UInt32(NF_INET_INGRESS.rawValue): return true
        case .inet: break
        case .ip: if !families.contains(.ipv4) { return false }
        case .ip6: if !families.contains(.ipv6) { return false }
        default: return false
        }
        return hook == UInt32(point.hook.rawValue) && priority < point.priority
    }
}
