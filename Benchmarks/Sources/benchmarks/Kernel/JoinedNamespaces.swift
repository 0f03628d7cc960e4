/// Runs `body` in a new network namespace that is joined to another new one by a veth pair: a director and its clients.
/// Both are removed afterwards, with the pair. Needs CAP_SYS_ADMIN and CAP_NET_ADMIN.
///
/// - Parameter body: gets the path of the other namespace.
func inJoinedNamespaces<Value>(_ workspace: Workspace, _ body: (String) throws -> Value) throws -> Value {
    try inFreshNamespace {
        let clients = try NamespaceHandle()
        return try inFreshNamespace {
            let director = try NamespaceHandle()
            try clients.enter()
            try runTool(["ip", "-batch"], script: Wiring.ofClients(director: director.path), in: workspace)
            try director.enter()
            try runTool(["ip", "-batch"], script: Wiring.ofDirector, in: workspace)
            return try body(clients.path)
        }
    }
}

/// The addresses of both ends.
enum Wiring {
    static let virtualAddress = "10.90.0.100"
    /// Another address of the director's, which is not observed.
    static let otherAddress = "10.90.0.200"
    /// The director's end of the pair.
    static let interface = "director"

    fileprivate static func ofClients(director: String) -> String {
        """
        link add clients type veth peer name \(interface) netns \(director)
        address add 10.90.0.2/24 dev clients
        link set clients up

        """
    }

    fileprivate static let ofDirector = """
        link set lo up
        address add 10.90.0.1/24 dev \(interface)
        address add \(virtualAddress)/32 dev lo
        address add \(otherAddress)/32 dev lo
        link set \(interface) up

        """
}
