import Foundation
import Glibc
import SystemPackage
import Terminal
import TestSupport
import Testing

@testable import CTInspectCommand

/// The settings of `watch`: what the file has, where it is, and what a damaged one says.
struct SettingsTests {
    private static func model() -> Model {
        Model(
            Model.Setting(host: "lb1", networkNamespace: nil, kernelRelease: "6.1"), size: Size(columns: 120, rows: 40),
            hasIPVS: true)
    }

    private static func apply(_ text: String, to model: inout Model) -> [String] {
        SettingsFiles.apply(.success(Array(text.utf8)), to: &model)
    }

    @Test("What is written is read again, and arranges a screen in the same way")
    func roundTrip() throws {
        var model = Self.model()
        let own = """
            {"schema": "ct-inspect/1", "command": "watch-settings", "interval_ms": 2500, "names": true, "tabs": {
              "flows": {"sort": "client", "descending": true, "columns": ["client", "verdict"], "filter": "!verdict=tracked"},
              "table": {"filter": "dport=80"}}}
            """
        #expect(Self.apply(own, to: &model) == [])
        let settings = model.settings
        #expect(settings.interval == .milliseconds(2500) && settings.names == true && model.tab == .services)
        #expect(settings.tabs[.flows]?.columns == ["client", "verdict"] && settings.tabs[.flows]?.sort == "client")
        #expect(settings.tabs[.flows]?.isDescending == true && settings.tabs[.table]?.filter == "dport=80")
        let bytes = try SettingsDocument(settings).bytes
        var other = Self.model()
        #expect(Self.apply(String(decoding: bytes, as: UTF8.self), to: &other) == [] && other.settings == settings)
        // All columns, after a file that hid some.
        let whole = Self.model()
        let all = try SettingsDocument(whole.settings).bytes
        #expect(Self.apply(own, to: &other) == [] && other.settings.tabs[.flows]?.columns?.count == 2)
        #expect(Self.apply(String(decoding: all, as: UTF8.self), to: &other) == [])
        #expect(other.settings.tabs[.flows]?.columns == Tab.flows.columnNames)
        #expect(Self.apply(String(decoding: bytes, as: UTF8.self), to: &other) == [])
        // What a second file lacks stays as it is.
        let second = #"{"schema": "ct-inspect/1", "command": "watch-settings", "tabs": {"flows": {"filter": ""}}}"#
        #expect(Self.apply(second, to: &other) == [])
        #expect(other.settings.tabs[.flows]?.sort == "client" && other.settings.tabs[.flows]?.filter == "")
        #expect(other.settings.names == true && Self.model().settings.names == false)
    }

    @Test("What is written conforms to its schema")
    func schema() throws {
        guard SchemaScript.works || isContinuousIntegration else { return }
        var model = Self.model()
        for (tab, filter) in [("flows", "verdict=never"), ("events", "kind=new")] {
            _ = Self.apply(
                #"{"schema": "ct-inspect/1", "command": "watch-settings", "tabs": {"\#(tab)": {"filter": "\#(filter)"}}}"#,
                to: &model)
        }
        let text = String(decoding: try SettingsDocument(model.settings).bytes, as: UTF8.self)
        #expect(try SchemaScript.check("watch-settings", text).lines.last?.hasSuffix(" 0 failed") == true, "\(text)")
    }

    @Test(
        "A damaged file says what is wrong, and changes nothing",
        arguments: [
            ("", "not valid JSON"), ("{", "not valid JSON"), ("[]", "not what is expected"),
            ("\u{0}\u{FF}", "JSON"),
            (#"{"schema": "ct-inspect/1", "command": "watch-settings", "\u001b]0;x\u0007": 1}"#, "]0;x"),
            (#"{"command": "watch-settings"}"#, "schema: it is missing"),
            (#"{"schema": "ct-inspect/9", "command": "watch-settings"}"#, "it is no watch-settings of ct-inspect/1"),
            (#"{"schema": "ct-inspect/1", "command": "watch"}"#, "it is no watch-settings"),
            (
                #"{"schema": "ct-inspect/1", "command": "watch-settings", "intervall": 1}"#,
                "“intervall” is unknown; expected command, interval_ms, names, schema, tabs"
            ),
            (#"{"schema": "ct-inspect/1", "command": "watch-settings", "interval_ms": 1}"#, "1 is not from 100"),
            (
                #"{"schema": "ct-inspect/1", "command": "watch-settings", "interval_ms": "1s"}"#,
                "interval_ms: it is not"
            ),
            (#"{"schema": "ct-inspect/1", "command": "watch-settings", "names": "yes"}"#, "names: it is not"),
            (#"{"schema": "ct-inspect/1", "command": "watch-settings", "interval_ms": 1e99}"#, "not valid JSON"),
            (
                #"{"schema": "ct-inspect/1", "command": "watch-settings", "tabs": {"flow": {}}}"#,
                "“flow” is no tab; expected services, servers, flows"
            ),
            (
                #"{"schema": "ct-inspect/1", "command": "watch-settings", "tabs": {"flows": {"sort": 7}}}"#,
                "tabs.flows.sort: it is not"
            ),
            (
                #"{"schema": "ct-inspect/1", "command": "watch-settings", "tabs": {"flows": {"order": "x"}}}"#,
                "tabs.flows: “order” is unknown"
            ),
        ])
    func damage(_ text: String, _ words: String) {
        var model = Self.model()
        let before = model.settings
        let said = Self.apply(text, to: &model)
        #expect(said.count == 1 && said.first?.contains(words) == true, "\(said)")
        #expect(said.first?.unicodeScalars.allSatisfy { $0.value >= 0x20 } == true)
        #expect(said.first?.hasPrefix("is damaged, and not used: ") == true && model.settings == before)
    }

    @Test("What a column or filter should be is said, and the rest of the file is used")
    func strangers() {
        var model = Self.model()
        let said = Self.apply(
            #"""
            {"schema": "ct-inspect/1", "command": "watch-settings", "interval_ms": 500, "tabs": {
              "flows": {"sort": "cleint", "filter": "nosuch=1"}, "table": {"columns": []}, "health": {"sort": "x"}}}
            """#, to: &model)
        #expect(
            said.count == 4
                && said.contains { $0.contains("tabs.flows.sort: “cleint” is no column; expected proto, client") })
        #expect(said.contains { $0.hasPrefix("tabs.flows.filter: ") } && said.contains { $0.contains("at least one") })
        #expect(said.contains { $0.contains("this tab has no columns") })
        #expect(model.settings.interval == .milliseconds(500) && model.settings.tabs[.flows]?.filter == "")
    }

    @Test("Of sudo's caller, the home of the one who runs it, or where XDG_CONFIG_HOME says")
    func place() {
        func place(_ environment: [String: String], user: uid_t) -> SettingsPlace {
            SettingsPlace({ environment[$0] }, user: user, home: { [0: "/root", 1000: "/home/ann"][$0] })
        }
        let ann = SettingsPlace.Caller(user: 1000, group: 100)
        let sudo = place(["SUDO_UID": "1000", "SUDO_GID": "100", "HOME": "/root"], user: 0)
        #expect(sudo.own == "/home/ann/.config/ct-inspect/watch.json" && sudo.caller == ann)
        #expect(place(["HOME": "/root"], user: 0).own == "/root/.config/ct-inspect/watch.json")
        #expect(place([:], user: 0).own == "/root/.config/ct-inspect/watch.json" && place([:], user: 0).caller == nil)
        let named = place(["XDG_CONFIG_HOME": "/etc/xdg", "HOME": "/home/ann"], user: 1000)
        #expect(named.own == "/etc/xdg/ct-inspect/watch.json")
        #expect(
            place(["XDG_CONFIG_HOME": "there", "HOME": "/h"], user: 1000).own == "/h/.config/ct-inspect/watch.json")
        // Anyone can set a variable: only root becomes somebody else.
        #expect(place(["SUDO_UID": "0", "HOME": "/h"], user: 1000).caller == nil)
        #expect(place(["SUDO_UID": "7", "HOME": "/h"], user: 1000).caller == nil)
        #expect(place(["SUDO_UID": "none", "HOME": "/h"], user: 0).caller == nil)
        #expect(place(["SUDO_UID": "7", "SUDO_GID": "7"], user: 0).own == nil)
        #expect(place(["SUDO_UID": "27", "HOME": "/h"], user: 0).caller == nil)
    }

    @Test("A file is written aside, replaces the old one, and leaves nothing else behind")
    func writing() throws {
        let folder = try TemporaryFolder()
        let path = folder.url.path + "/a/b/watch.json"
        #expect(UserFile.write([1, 2, 3], to: path) == nil && UserFile.write([4], to: path) == nil)
        #expect(try UserFile.read(path).get() == [4])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path + "/a/b") == ["watch.json"])
        #expect(UserFile.write([1], to: "/proc/nowhere/watch.json") != nil)
        #expect(try UserFile.read(folder.url.path + "/none").get() == nil)
        guard case .failure(let why) = UserFile.read(folder.url.path) else {
            Issue.record("a folder was read")
            return
        }
        #expect(why.description == "it is no regular file")
        #expect(mkfifo(folder.url.path + "/pipe", 0o600) == 0)
        guard case .failure = UserFile.read(folder.url.path + "/pipe") else {
            Issue.record("a pipe was read")
            return
        }
    }

    @Test("A damaged file is not replaced by what is on the screen")
    func damaged() throws {
        let folder = try TemporaryFolder()
        let path = folder.url.path + "/watch.json"
        for (text, isReplaced) in [("{", false), (#"{"schema": "ct-inspect/1", "command": "watch-settings"}"#, true)] {
            #expect(UserFile.write(Array(text.utf8), to: path) == nil)
            var files = SettingsFiles(SettingsPlace(own: path, caller: nil), reads: true)
            try files.startWriter()
            let refusal = files.save(Self.model().settings)
            #expect((refusal == nil) == isReplaced)
            #expect(refusal?.hasPrefix("\(path) is not replaced: it is damaged") ?? true)
            _ = files.finish()
            #expect(try (UserFile.read(path).get() == Array(text.utf8)) != isReplaced)
        }
    }

    @Test("As sudo's caller: their file is theirs, and what only root may read or write is not", .needsRoot)
    func caller() throws {
        let folder = try TemporaryFolder()
        let (theirs, ours) = (folder.url.path + "/home", folder.url.path + "/secret")
        #expect(chmod(folder.url.path, 0o755) == 0 && mkdir(theirs, 0o700) == 0 && chown(theirs, 65534, 65534) == 0)
        #expect(UserFile.write(Array("root's".utf8), to: ours) == nil && chmod(ours, 0o600) == 0)
        let nobody = SettingsPlace.Caller(user: 65534, group: 65534)
        guard case .failure(let why) = UserFiles.read(ours, as: nobody) else {
            Issue.record("it was read")
            return
        }
        #expect(why.description == "Permission denied")
        let writer = try UserFileWriter(as: nobody)
        writer.write([7], to: theirs + "/.config/watch.json")
        writer.write([7], to: ours)
        writer.write([7], to: folder.url.path + "/new")
        var news: [String] = []
        try waitUntil("the files are written") {
            news += writer.takeNews()
            return news.count == 3
        }
        #expect(news[0] == "the settings are in \(theirs)/.config/watch.json")
        #expect(news[1].contains("Permission denied") && news[2].contains("Permission denied"))
        var status = stat()
        #expect(stat(theirs + "/.config/watch.json", &status) == 0 && status.st_uid == 65534 && status.st_gid == 65534)
        #expect(try UserFiles.read(theirs + "/.config/watch.json", as: nobody).get() == [7])
        // Nobody else has become them.
        #expect(try UserFile.read(ours).get() == Array("root's".utf8))
    }

    @Test("The program reads them, but not with --no-config; a damaged file is said, and the screen is printed")
    func program() throws {
        let folder = try TemporaryFolder()
        let path = folder.url.path + "/ct-inspect/watch.json"
        let capture = Fixture(name: "mixed").capture
        func run(_ words: String) throws -> Program.Outcome {
            try Program.shell(
                #"env -u SUDO_UID XDG_CONFIG_HOME="$1" "$0" watch --once --tab flows --capture "$2" \#(words)"#,
                [Program.path, folder.url.path, capture])
        }
        let filter =
            #"{"schema": "ct-inspect/1", "command": "watch-settings", "tabs": {"flows": {"filter": "proto=udp"}}}"#
        #expect(UserFile.write(Array(filter.utf8), to: path) == nil)
        #expect(try run("").output.contains("filter: proto=udp"))
        #expect(try !run("--no-config").output.contains("filter:"))
        #expect(try run("--filter proto=tcp").output.contains("filter: proto=tcp"))
        #expect(UserFile.write(Array("{".utf8), to: path) == nil)
        let damaged = try run("")
        #expect(
            damaged.output.contains("[3 Flows]")
                && damaged.complaint.contains("\(path): is damaged, and not used: The given data was not valid JSON."))
    }
}
