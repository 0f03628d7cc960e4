import Addresses
import Conntrack
import Glibc
import IPVS
import Inspection
import Testing

@testable import Terminal

/// Screen models, from literals.
enum Models {
    static let now = Moment(nanoseconds: 1_764_000_000_000_000_000)

    static func empty(_ columns: Int = 80, _ rows: Int = 24, hasIPVS: Bool = true) -> Model {
        setlocale(LC_CTYPE, "C.UTF-8")
        let setting = Model.Setting(host: "lb1", networkNamespace: nil, kernelRelease: "6.1.0")
        var model = Model(setting, size: Size(columns: columns, rows: rows), hasIPVS: hasIPVS)
        model.director.tick(now, elapsed: .zero)
        return model
    }

    static func vip(_ number: Int = 100, _ port: UInt16 = 80) -> Endpoint { endpoint("10.0.0.\(number)", port) }

    static func endpoint(_ address: String, _ port: UInt16) -> Endpoint {
        Endpoint(IPAddress(address) ?? IPAddress(ipv4: 0), port)
    }

    static func service(_ number: Int = 100, _ method: ForwardingMethod = .dr) -> Service {
        var service = Service(.address(.tcp, vip(number)))
        service.scheduler = "rr"
        service.destinations = [3, 4].map { Destination(endpoint("10.0.0.\($0)", 80), method) }
        service.statistics = Statistics()
        return service
    }

    static func connection(_ number: Int, state: ConnectionState = "ESTABLISHED", expires: UInt32 = 890, vip: Int = 100)
        -> Connection
    {
        Connection(
            .tcp, client: endpoint("10.1.\(number / 250).\(number % 250 + 1)", UInt16(40_000 + number % 20_000)),
            virtual: self.vip(vip), destination: endpoint("10.0.0.\(3 + number % 2)", 80), state: state,
            expires: expires)
    }

    static func entry(_ number: Int, isReplied: Bool = false, state: UInt8 = 1) -> Entry {
        let connection = connection(number)
        var entry = Entry()
        entry.family = 2
        entry.original.protocol = .tcp
        entry.original.source = connection.client.address
        entry.original.destination = connection.virtual.address
        entry.original.discriminator = .ports(source: connection.client.port, destination: 80)
        entry.reply.protocol = .tcp
        entry.reply.source = connection.virtual.address
        entry.reply.destination = connection.client.address
        entry.reply.discriminator = .ports(source: 80, destination: connection.client.port)
        entry.status = isReplied ? [.confirmed, .seenReply, .assured] : [.confirmed]
        entry.state = .tcp(.init(state: state))
        entry.timeout = UInt32(100 + number)
        entry.mark = UInt32(number)
        entry.id = UInt32(number)
        return entry
    }

    static var sysctls: Sysctls {
        var sysctls = Sysctls()
        sysctls.values = [Sysctls.ipvsConntrack: "0", Sysctls.tcpLoose: "1", Sysctls.conntrackEvents: "1"]
        return sysctls
    }

    /// A screen of a director with connections, some of which have an entry, after three readings, so that the later
    /// half began during the watch.
    static func director(_ columns: Int = 80, _ rows: Int = 24, connections: Int = 12, tab: Tab = .flows) -> Model {
        var model = empty(columns, rows)
        model.director.beginWatch()
        for second: UInt32 in 1...3 {
            model.director.tick(now, elapsed: .seconds(second))
            let count = second == 3 ? connections : connections / 2
            read(
                &model, (0..<count).map { connection($0) },
                (0..<count).filter { $0 % 4 == 0 }.map { entry($0, isReplied: $0 % 8 == 0) })
        }
        model.turn(to: tab)
        return model
    }

    /// What a live director does in a reading.
    static func read(
        _ model: inout Model, _ connections: [Connection], _ entries: [Entry] = [],
        services: [Service] = [service(), service(101, .nat)], absence: String? = nil,
        took: Duration = .milliseconds(12),
        losses: [Loss] = []
    ) {
        model.director.begin(services, sysctls, absence: absence)
        tell(&model, .director(.readingBegan))
        model.director.take(connections)
        model.director.endConnections(isWhole: true)
        model.director.beginEntries()
        for entry in entries {
            model.director.take(entry)
            model.take(entry)
        }
        model.director.endEntries(isWhole: true)
        tell(&model, .director(.entriesEnded(isWhole: true)))
        model.director.withStore { store in
            for slot in store.unsettled(atMost: .max) { store.look(slot, found: nil) }
        }
        model.director.finish(took: took, pause: .seconds(1) - took, losses: losses)
        if model.director.events.isResyncing {
            model.director.endResync()
            tell(&model, .director(.resynced))
        }
        tell(&model, .director(.readingEnded))
    }

    /// What a live director does with an event.
    static func take(_ model: inout Model, _ kind: EventKind, _ entry: Entry) {
        let event = Event(kind, entry, time: now)
        model.director.take(event)
        tell(&model, .director(.event(event)))
    }

    static func tell(_ model: inout Model, _ event: ScreenEvent) { _ = update(&model, event) }

    /// Presses keys one after the other.
    @discardableResult
    static func press(_ model: inout Model, _ keys: Key...) -> [Effect] {
        keys.flatMap { update(&model, .input(.key($0))) }
    }

    static func type(_ model: inout Model, _ text: String) {
        for character in text { press(&model, .character(character)) }
    }

    static func text(_ model: Model) -> String { view(model).text }

    /// The rows of the list that are on the screen.
    static func rows(_ model: Model) -> [String] {
        let layout = model.layout
        return view(model).lines.dropFirst(layout.firstRow).prefix(layout.page).map(\.text).filter {
            !$0.allSatisfy { $0 == " " }
        }
    }
}
