/// How old something is, in two units at most.
package enum AgeText {
    /// `59s`, `3m12s`, `2h05m`, `3d04h`.
    package static func of(_ seconds: UInt32) -> String {
        func two(_ number: UInt32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        switch seconds {
        case ..<60: return "\(seconds)s"
        case ..<3600: return "\(seconds / 60)m\(two(seconds % 60))s"
        case ..<86_400: return "\(seconds / 3600)h\(two(seconds / 60 % 60))m"
        default: return "\(seconds / 86_400)d\(two(seconds / 3600 % 24))h"
        }
    }
}
