import Inspection

/// Settings as sysctl(8) takes them.
struct SettingScript {
    let settings: [Remedy.Setting]
    /// As they are now.
    let sysctls: Sysctls

    private static let command = "sysctl -w "

    var apply: [String] { settings.map { "\(Self.command)\($0.name)=\($0.value)" } }

    var undo: [String] {
        settings.compactMap { setting in sysctls.number(setting.name).map { "\(Self.command)\(setting.name)=\($0)" } }
    }

    private static let file = "/etc/sysctl.d/90-lvs.conf"

    var persist: [Fix.Persistence] {
        if settings.isEmpty { return [] }
        var found = [
            Fix.Persistence(
                Self.file, "", settings.map { "\($0.name) = \($0.value)" }, reload: ["sysctl -p \(Self.file)"])
        ]
        if settings.contains(where: { $0.name.hasPrefix(Self.ofIPVS) }) {
            // systemd-sysctl.service comes after systemd-modules-load.service.
            found.append(
                Fix.Persistence(
                    "/etc/modules-load.d/lvs.conf", "so that the settings are there when the host has started",
                    ["ip_vs"],
                    reload: []))
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
