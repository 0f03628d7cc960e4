import Addresses
import IPVS
import Inspection

/// A service as its packets name it: by an address and port, also where IPVS finds it by a mark.
struct AddressedService {
    let service: Service
    let `protocol`: IPProtocol
    /// At one port, also if it is for all.
    let virtual: Endpoint

    /// - Parameter target: where packets get the mark of a service by mark.
    /// - Returns: nil for a service by mark without a target.
    init?(_ service: Service, at target: Service.Identity? = nil) {
        guard case .address(let `protocol`, let endpoint) = target ?? service.identity else { return nil }
        (self.service, self.protocol) = (service, `protocol`)
        virtual = endpoint.port == 0 ? Endpoint(endpoint.address, 80) : endpoint
        isForAllPorts = endpoint.port == 0
    }

    let isForAllPorts: Bool

    /// What its packets are for.
    var target: Service.Identity {
        .address(`protocol`, isForAllPorts ? Endpoint(virtual.address, 0) : virtual)
    }

    /// Its packets must have it where IPVS takes what opens a connection (`ip_vs_service_find`, net/netfilter/ipvs/ip_vs_ctl.c); nil if that
    /// does not matter.
    var mark: UInt32? { if case .fwmark(let mark, _) = service.identity { mark } else { nil } }
}
