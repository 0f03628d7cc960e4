import Inspection

/// Settings as sysctl(8) takes them.
struct SettingScript {
    let settings: [Remedy.Setting]
    /// As they are now.
    let sysctls: Sysctls
    /// To be loaded first.
    var modules: [String] = []

    private static let command = "sysctl -w "

    var apply: [String] { modules.map { "modprobe \($0)" } + settings.map { "\(Self.command)\($0.name)=\($0.value)" } }

    /// Modules remain: others may use them by then.
    var undo: [String] {
        settings.compactMap { setting in sysctls.number(setting.name).map { "\(Self.command)\(setting.name)=\($0)" } }
    }

    private static let file = "/etc/sysctl.d/90-lvs.conf"

    var persist: [Fix.Persistence] {
        var found: [Fix.Persistence] = []
        if !settings.isEmpty {
            let lines = settings.map { "\($0.name) = \($0.value)" }
            found.append(.init(Self.file, "", lines, reload: ["sysctl -p \(Self.file)"]))
        }
        // systemd-sysctl.service comes after systemd-modules-load.service.
        let needed = settings.contains { $0.name.hasPrefix(Self.ofIPVS) } ? ["ip_vs"] : []
        let loaded = (needed + modules).withoutRepeats
        if !loaded.isEmpty {
            found.append(
                .init("/etc/modules-load.d/lvs.conf", "so that they are there when the host starts", loaded, reload: [])
            )
        }
        return found
    }

    private static let ofIPVS = "net.ipv4.vs."

    fileprivate static func isOfIPVS(_ line: String) -> Bool { line.hasPrefix(command + ofIPVS) }
}

extension Fix {
    /// Whether a line of it works where IPVS is not loaded.
    package static func canRunWithoutIPVS(_ line: String) -> Bool { !SettingScript.isOfIPVS(line) }
}
