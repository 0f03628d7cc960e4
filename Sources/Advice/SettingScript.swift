import Inspection

/// Settings as sysctl(8) takes them.
struct SettingScript {
    let settings: [Remedy.Setting]
    /// As they are now.
    let sysctls: Sysctls

    var apply: [String] { settings.map { "sysctl -w \($0.name)=\($0.value)" } }

    var undo: [String] {
        settings.compactMap { setting in sysctls.number(setting.name).map { "sysctl -w \(setting.name)=\($0)" } }
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

    static let ofIPVS = "net.ipv4.vs."
}
