import Netlink
import Terminal

/// The files in which settings of `watch` are: that of the host, and the user's.
struct SettingsFiles {
    private let place: SettingsPlace
    private let found: [(path: String, answer: Result<[UInt8]?, FileTrouble>)]
    private var writer: UserFileWriter?

    /// Reads them, if they are wanted; while the calling thread has all its capabilities still.
    init(_ place: SettingsPlace = .here, reads: Bool) {
        self.place = place
        var found = reads ? [(SettingsPlace.host, UserFile.read(SettingsPlace.host))] : []
        if reads, let own = place.own { found.append((own, UserFiles.read(own, as: place.caller))) }
        self.found = found
    }

    var caller: SettingsPlace.Caller? { place.caller }

    /// Prepares for `save`, likewise. From then on, the process has a thread more.
    mutating func startWriter() throws(KernelError) {
        if writer == nil { writer = try UserFileWriter(as: place.caller) }
    }

    /// Arranges a screen as the files say, that of the host first.
    ///
    /// - Returns: what is wrong with them.
    func apply(to model: inout Model) -> [String] {
        var complaints: [String] = []
        for (path, answer) in found { complaints += Self.apply(answer, to: &model).map { "\(path): \($0)" } }
        return complaints
    }

    /// Why the user's file must not be replaced: what is in it would be lost unseen.
    private var objection: String? {
        switch found.first(where: { $0.path == place.own })?.answer {
        case nil, .success(nil): return nil
        case .failure(let why): return "could not be read: \(why)"
        case .success(let bytes?):
            do throws(SettingsDocument.Damage) {
                _ = try SettingsDocument.settings(in: bytes)
                return nil
            } catch { return "is damaged" }
        }
    }

    static func apply(_ answer: Result<[UInt8]?, FileTrouble>, to model: inout Model) -> [String] {
        switch answer {
        case .success(nil): return []
        case .failure(let why): return ["cannot be read: \(why)"]
        case .success(let bytes?):
            do throws(SettingsDocument.Damage) {
                return model.apply(try SettingsDocument.settings(in: bytes))
            } catch { return ["is damaged, and not used: \(error)"] }
        }
    }

    /// Begins to write the user's file.
    ///
    /// - Returns: why that is not possible; nil if it is, and `takeNews` will tell how it went.
    func save(_ settings: WatchSettings) -> String? {
        guard let path = place.own else { return "there is no home directory to write the settings to" }
        if let objection { return "\(path) is not replaced: it \(objection); fix it, or move it away" }
        guard let writer, let bytes = try? SettingsDocument(settings).bytes else { return "settings cannot be written" }
        writer.write(bytes, to: path)
        return nil
    }

    /// Waits until they are written, in vain after a moment.
    ///
    /// - Returns: what failed.
    func finish() -> [String] { writer?.finish() ?? [] }

    /// How writing went.
    func takeNews() -> [String] { writer?.takeNews() ?? [] }
}
