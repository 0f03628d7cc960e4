import FoundationEssentials
import Reports
import Terminal

/// The settings of `watch` as a file has them (docs/schema/watch-settings.json).
struct SettingsDocument: Codable {
    var schema = Self.version
    var command = Self.name
    var interval: Int?
    var names: Bool?
    var tabs: [String: List]?

    static let version = "ct-inspect/1"
    static let name = "watch-settings"

    enum CodingKeys: String, CodingKey, CaseIterable {
        case schema, command, names, tabs
        case interval = "interval_ms"
    }

    struct List: Codable {
        var sort: String?
        var isDescending: Bool?
        var columns: [String]?
        var filter: String?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case sort, columns, filter
            case isDescending = "descending"
        }

        init(_ list: WatchSettings.List) {
            (sort, isDescending, columns, filter) = (list.sort, list.isDescending, list.columns, list.filter)
        }

        init(from decoder: any Decoder) throws {
            try decoder.refuseStrangers(CodingKeys.self)
            let members = try decoder.container(keyedBy: CodingKeys.self)
            sort = try members.decodeIfPresent(String.self, forKey: .sort)
            isDescending = try members.decodeIfPresent(Bool.self, forKey: .isDescending)
            columns = try members.decodeIfPresent([String].self, forKey: .columns)
            filter = try members.decodeIfPresent(String.self, forKey: .filter)
        }
    }

    init(_ settings: WatchSettings) {
        interval = settings.interval.map { Int($0 / .milliseconds(1)) }
        names = settings.names
        tabs = Dictionary(
            settings.tabs.map { ($0.key.rawValue, List($0.value)) }, uniquingKeysWith: { first, _ in first })
    }

    init(from decoder: any Decoder) throws {
        try decoder.refuseStrangers(CodingKeys.self)
        let members = try decoder.container(keyedBy: CodingKeys.self)
        schema = try members.decode(String.self, forKey: .schema)
        command = try members.decode(String.self, forKey: .command)
        interval = try members.decodeIfPresent(Int.self, forKey: .interval)
        names = try members.decodeIfPresent(Bool.self, forKey: .names)
        tabs = try members.decodeIfPresent([String: List].self, forKey: .tabs)
    }

    /// Pretty, as people edit it.
    var bytes: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
        }
    }

    // MARK: Reading

    /// A whole file that is not what it should be.
    struct Damage: Error, CustomStringConvertible {
        let description: String

        /// Words of the file may be in it.
        init(description: String) { self.description = description.printable }
    }

    /// What a file says, as far as it can be understood by itself.
    static func settings(in bytes: [UInt8]) throws(Damage) -> WatchSettings {
        let document: SettingsDocument
        do {
            document = try JSONDecoder().decode(SettingsDocument.self, from: Data(bytes))
        } catch {
            throw Damage(description: words(error))
        }
        guard document.schema == version, document.command == name else {
            throw Damage(description: "it is no \(name) of \(version)")
        }
        var settings = WatchSettings()
        if let interval = document.interval {
            guard (100...3_600_000).contains(interval) else {
                throw Damage(description: "interval_ms: \(interval) is not from 100 to 3600000")
            }
            settings.interval = .milliseconds(interval)
        }
        settings.names = document.names
        for (name, list) in document.tabs ?? [:] {
            guard let tab = Tab(rawValue: name) else {
                throw Damage(
                    description: "tabs: “\(name)” is no tab; expected "
                        + Tab.allCases.map(\.rawValue).joined(separator: ", "))
            }
            var saved = WatchSettings.List()
            (saved.sort, saved.isDescending) = (list.sort, list.isDescending)
            (saved.columns, saved.filter) = (list.columns, list.filter)
            settings.tabs[tab] = saved
        }
        return settings
    }

    private static func words(_ error: any Error) -> String {
        func at(_ context: DecodingError.Context, _ key: (any CodingKey)? = nil) -> String {
            let path = (context.codingPath + (key.map { [$0] } ?? [])).map(\.stringValue).joined(separator: ".")
            return path.isEmpty ? "" : path + ": "
        }
        switch error as? DecodingError {
        case .keyNotFound(let key, let context): return at(context, key) + "it is missing"
        case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
            return at(context) + "it is not what is expected there, \(type)"
        case .dataCorrupted(let context) where context.codingPath.isEmpty && context.underlyingError != nil:
            return "it is not JSON"
        case .dataCorrupted(let context): return at(context) + context.debugDescription
        default: return "it is not JSON"
        }
    }
}

/// Any member.
private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension Decoder {
    /// A word that is misspelt must not look as if it were followed.
    fileprivate func refuseStrangers<Keys: CodingKey & CaseIterable>(_ keys: Keys.Type) throws {
        let known = Set(Keys.allCases.map(\.stringValue))
        let present = try container(keyedBy: AnyKey.self).allKeys
        guard let stranger = present.map(\.stringValue).sorted().first(where: { !known.contains($0) }) else { return }
        throw DecodingError.dataCorrupted(
            .init(
                codingPath: codingPath,
                debugDescription: "“\(stranger)” is unknown; expected \(known.sorted().joined(separator: ", "))"))
    }
}
