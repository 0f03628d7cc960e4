extension Finding {
    /// Stable names, by which scripts and alerts select findings. An open set.
    package struct ID: RawRepresentable, Hashable, Sendable {
        /// In kebab case: `invalid-dropped`.
        package let rawValue: String

        package init(rawValue: String) { self.rawValue = rawValue }

        // MARK: Flows

        package static let noConnections = ID(rawValue: "no-connections")
        /// Not all connections were read, so that all numbers of flows are of fewer.
        package static let connectionsUnread = ID(rawValue: "connections-unread")
        /// No flow matched the filter.
        package static let noMatch = ID(rawValue: "no-match")
        /// TCP connections whose answers bypass the director have no entry: their FINs, RSTs and ICMP errors are INVALID.
        package static let endsInvalid = ID(rawValue: "ends-invalid")
        /// The same with `nf_conntrack_tcp_loose=0`: their ACKs are INVALID too.
        package static let tcpLoose0 = ID(rawValue: "tcp-loose-0")
        /// The SYN of such connections was confirmed: their ACKs are INVALID.
        package static let vsConntrackDR = ID(rawValue: "vs-conntrack-dr")
        /// NAT connections are not confirmed: their answers are INVALID at FORWARD.
        package static let vsConntrackNAT = ID(rawValue: "vs-conntrack-nat")

        /// Connections to this host itself are not confirmed: its answers are INVALID at LOCAL_OUT.
        package static let vsConntrackLocal = ID(rawValue: "vs-conntrack-local")
        /// NAT connections whose answer has not come back through the director.
        package static let natUnanswered = ID(rawValue: "nat-unanswered")
        /// Entries of NAT services that expect the VIP's own answers: IPVS did not make them.
        package static let untranslated = ID(rawValue: "flows-untranslated")

        /// How many flows have a verdict, and why: `flows-absent`.
        package static func flows(_ verdict: FlowVerdict) -> ID { ID(rawValue: "flows-\(verdict.rawValue)") }

        /// Connections of destinations that their service no longer has: their packets are dropped, or start over.
        package static let leftGone = ID(rawValue: "flows-gone")
        /// Connections of destinations of weight 0.
        package static let leftDrained = ID(rawValue: "flows-weight-0")

        /// TCP connections and their entries, or those of UDP, that live for different times without a packet.
        package static let tcpTimeoutsDiffer = ID(rawValue: "flows-tcp-timeouts")
        package static let udpTimeoutsDiffer = ID(rawValue: "flows-udp-timeouts")

        // MARK: Packets

        package static let nothingSeen = ID(rawValue: "nothing-seen")
        package static let nothingDropped = ID(rawValue: "nothing-dropped")
        /// Packets of connections whose answers bypass the director were dropped as INVALID.
        package static let invalidDropped = ID(rawValue: "invalid-dropped")
        /// ACKs of such connections were dropped because they are NEW.
        package static let acksDropped = ID(rawValue: "new-acks-dropped")
        /// Other packets were dropped.
        package static let packetsDropped = ID(rawValue: "packets-dropped")
        /// ICMP errors about connections whose answers bypass the director.
        package static let icmpDropped = ID(rawValue: "icmp-not-accepted")
        /// ICMPv6 packet-too-big about such connections.
        package static let packetTooBigDropped = ID(rawValue: "icmpv6-ptb")
        /// Answers of the director itself, as a real server.
        package static let localAnswersDropped = ID(rawValue: "local-answers-dropped")
        package static let answersDropped = ID(rawValue: "answers-dropped")
        package static let lostBeforeLocalIn = ID(rawValue: "lost-before-local-in")
        package static let lostBeforePostRouting = ID(rawValue: "lost-before-post-routing")
        /// IPVS took packets and did not send them.
        package static let lostInIPVS = ID(rawValue: "lost-in-ipvs")
        /// Packets to a service that IPVS did not take: they went to the director's own stack.
        package static let leftToHost = ID(rawValue: "left-to-host")
        /// NAT took packets from the address observed.
        package static let rewritten = ID(rawValue: "rewritten")
        /// Counters of losses outside netfilter grew while packets were lost there.
        package static let answersLostInRouting = ID(rawValue: "answers-lost-in-routing")
        package static let answersLostInIPVS = ID(rawValue: "answers-lost-in-ipvs")
        package static let lostOutside = ID(rawValue: "lost-outside-netfilter")

        // MARK: The conntrack table

        package static let tableFull = ID(rawValue: "ct-full")
        package static let longChains = ID(rawValue: "ct-chains")
        package static let counters = ID(rawValue: "ct-counters")

        // MARK: A predicted packet

        /// What a stateful filter does with its ctstate.
        package static let packetFiltered = ID(rawValue: "packet-filtered")
        /// What it does to IPVS's connection, once the filter lets it pass.
        package static let packetPassed = ID(rawValue: "packet-passed")
        /// IPVS does not forward it.
        package static let packetRefused = ID(rawValue: "packet-refused")
        /// What it leaves in the conntrack table.
        package static let packetRemembered = ID(rawValue: "packet-remembered")
        /// The same happens to every ACK.
        package static let acksInvalid = ID(rawValue: "acks-invalid")

        // MARK: Checks of rules

        package static let newLimit = ID(rawValue: "new-limit")
        package static let notrackHalf = ID(rawValue: "notrack-half")
        package static let fwmarkUnset = ID(rawValue: "fwmark-unset")
        package static let forwardPolicy = ID(rawValue: "forward-policy")
        package static let notrackNAT = ID(rawValue: "notrack-with-nat")
        package static let reversePathIPv6 = ID(rawValue: "rp-ipv6")
        /// A fix that nothing brings back.
        package static let unsaved = ID(rawValue: "fw-reload")
        package static let tableOwned = ID(rawValue: "fw-owner")
        package static let settingsRewritten = ID(rawValue: "settings-rewritten")

        // MARK: Checks of services

        package static let noDestination = ID(rawValue: "no-dest")
        package static let thresholdHit = ID(rawValue: "threshold-hit")
        package static let portZero = ID(rawValue: "port0-nonpersistent")
        package static let ftpPersistence = ID(rawValue: "ftp-persistence")
        /// A helper module is not loaded.
        package static let helpers = ID(rawValue: "helpers")
        package static let portDiffers = ID(rawValue: "dr-port-differs")
        package static let ipForward = ID(rawValue: "ip-forward-nat")
        package static let familyMissing = ID(rawValue: "v6-missing")
        package static let mixedMethods = ID(rawValue: "mixed-methods")

        // MARK: Checks of the network

        package static let vipMissing = ID(rawValue: "vip-missing-director")
        package static let arpDirector = ID(rawValue: "arp-director")
        package static let reversePath = ID(rawValue: "rp-filter")
        package static let notOnLink = ID(rawValue: "dr-not-onlink")
        package static let unroutable = ID(rawValue: "rs-unroutable")
        package static let neighbourFailed = ID(rawValue: "rs-neigh-failed")
        package static let sendRedirects = ID(rawValue: "send-redirects")
        package static let tunnelMTU = ID(rawValue: "pmtu-tun")
        package static let largeReceive = ID(rawValue: "lro")

        // MARK: Checks of what grows

        package static let invalidRate = ID(rawValue: "ct-invalid-rate")
        package static let icmpLimited = ID(rawValue: "icmp-ratelimit")
        package static let stuck = ID(rawValue: "stuck-established")
        package static let drained = ID(rawValue: "weight0-conns")

        // MARK: Checks of what happens when destinations or directors change

        package static let expireNodest = ID(rawValue: "expire-nodest")
        package static let expireQuiescent = ID(rawValue: "expire-quiescent")
        package static let connReuseDelay = ID(rawValue: "conn-reuse-1s")
        package static let connReuseOff = ID(rawValue: "conn-reuse-0")
        package static let sloppy = ID(rawValue: "sloppy")
        package static let syncPersist = ID(rawValue: "sync-persist")

        // MARK: Checks of two directors

        package static let backupOnly = ID(rawValue: "backup-only")
        package static let syncFiltered = ID(rawValue: "sync-filtered")
        package static let syncNone = ID(rawValue: "sync-none")

        // MARK: Several hosts

        /// Connections that have ended for their real server, and not for the director.
        package static let fleetStuck = ID(rawValue: "stuck-on-director")
        /// Connections of a real server that no director has.
        package static let fleetLost = ID(rawValue: "lost-on-director")
        /// Connections that were never established for their real server.
        package static let fleetUnanswered = ID(rawValue: "unanswered")
        /// Connections that another director should have been told of.
        package static let fleetMissing = ID(rawValue: "missing-on-backup")
        package static let syncEmpty = ID(rawValue: "sync-empty")
        package static let syncDiffers = ID(rawValue: "sync-id")
        package static let servicesDiffer = ID(rawValue: "services-differ")
        package static let vipTwoOwners = ID(rawValue: "vip-two-owners")
        package static let vipMissingOnServer = ID(rawValue: "vip-missing-rs")
        package static let arpFlux = ID(rawValue: "arp-flux-rs")
        package static let neighbourDiscovery = ID(rawValue: "ndp-v6-rs")
        package static let natGateway = ID(rawValue: "nat-default-gw")
        package static let clocksDiffer = ID(rawValue: "clocks-differ")

        // MARK: Checks of settings

        package static let defenseOn = ID(rawValue: "defense-on")
        package static let connectionHash = ID(rawValue: "ipvs-hash")
        package static let estimationOff = ID(rawValue: "estimation-off")
        package static let natICMP = ID(rawValue: "nat-icmp-send")
        package static let scheduleICMP = ID(rawValue: "schedule-icmp")
        package static let timeoutShort = ID(rawValue: "tcp-timeout-short")
        package static let kernelQuadratic = ID(rawValue: "kernel-quadratic")
        package static let establishedTimeout = ID(rawValue: "ct-est-timeout")
        package static let eventsOff = ID(rawValue: "ct-events-0")
        package static let accountingOff = ID(rawValue: "ct-acct-off")
        package static let timestampsOff = ID(rawValue: "ct-timestamp-off")
        package static let checksumsOff = ID(rawValue: "ct-checksum")
        package static let liberal = ID(rawValue: "ct-be-liberal")
        package static let invalidResets = ID(rawValue: "ct-ignore-invalid-rst")
        package static let logInvalid = ID(rawValue: "ct-log-invalid")
        package static let shortMemory = ID(rawValue: "amemthresh")
        package static let udpTimeout = ID(rawValue: "timeout-udp")
        package static let expectationsFull = ID(rawValue: "expect-max")
        /// A part of the kernel is missing.
        package static let modules = ID(rawValue: "modules")
    }
}
