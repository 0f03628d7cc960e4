import Addresses

/// A connection that a service by mark may have had: where its packets come from, and where they go. A hint for what to try, and no more.
package struct KnownFlow: Hashable, Sendable {
    package var `protocol`: IPProtocol
    package var client: IPAddress
    package var virtual: Endpoint

    package init(_ protocol: IPProtocol, client: IPAddress, virtual: Endpoint) {
        (self.protocol, self.client, self.virtual) = (`protocol`, client, virtual)
    }
}
