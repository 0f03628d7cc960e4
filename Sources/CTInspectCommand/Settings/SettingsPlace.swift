import Glibc

/// Where the settings of `watch` are.
struct SettingsPlace {
    /// Of this host; read before the user's.
    static let host = "/etc/ct-inspect/watch.json"

    /// The user's; nil if there is no home.
    let own: String?
    /// Whose files these are, if that is not who runs the program: sudo says who called it.
    let caller: Caller?

    struct Caller: Equatable {
        var user: uid_t
        var group: gid_t
    }

    init(own: String?, caller: Caller?) { (self.own, self.caller) = (own, caller) }

    /// - Parameters:
    ///   - user: the effective one.
    ///   - home: of a user.
    init(_ environment: (String) -> String?, user: uid_t, home: (uid_t) -> String?) {
        var caller: Caller?
        // sudo sets both.
        if user == 0, let number = environment("SUDO_UID").flatMap({ uid_t($0) }), number != 0,
            let group = environment("SUDO_GID").flatMap({ gid_t($0) })
        {
            caller = Caller(user: number, group: group)
        }
        self.caller = caller
        // Relative paths are to be ignored (XDG Base Directory Specification).
        let named = environment("XDG_CONFIG_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
        let base = if let caller { home(caller.user) } else { environment("HOME") ?? home(user) }
        let folder = named ?? base.flatMap { $0.hasPrefix("/") ? $0 + "/.config" : nil }
        own = folder.map { $0 + "/ct-inspect/watch.json" }
    }

    /// Of this process.
    static var here: SettingsPlace {
        SettingsPlace(
            { name in getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } }, user: geteuid(),
            home: { user in getpwuid(user).flatMap { $0.pointee.pw_dir }.map { String(cString: $0) } })
    }
}
