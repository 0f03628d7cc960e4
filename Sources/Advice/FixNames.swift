/// What fixes of the packet filter are called, by which they are found again.
package enum FixNames {
    package static let chains: Set<String> = Set(
        Gate.State.allCases.map(\.chain) + [IPTablesScript.untrackedChain])
    package static let tables: Set<String> = [NFTScript.untracking.table]
}
