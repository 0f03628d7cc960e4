import CNCurses
import Glibc

/// What terminfo knows about the terminal used by curses.
enum Terminfo {
    /// The bytes of a capability; nil if the terminal lacks it.
    ///
    /// - Parameter parameter: its argument, if it takes one.
    static func bytes(_ name: String, _ parameter: Int? = nil) -> [UInt8]? {
        guard let found = tigetstr(name), Int(bitPattern: found) != -1 else { return nil }
        return filled(found, parameter)
    }

    private static func filled(_ capability: UnsafePointer<CChar>, _ parameter: Int?) -> [UInt8]? {
        guard let parameter else { return withoutPadding(capability) }
        return curses_filled(capability, CInt(parameter)).map { withoutPadding($0) }
    }

    /// Some entries contain `$<5>`: wait for 5 ms, which only terminals on serial lines ever needed.
    private static func withoutPadding(_ text: UnsafePointer<CChar>) -> [UInt8] {
        var rest = UnsafeBufferPointer(start: text, count: strlen(text)).map { UInt8(bitPattern: $0) }[...]
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "$"), rest.first == UInt8(ascii: "<"),
                let end = rest.firstIndex(of: UInt8(ascii: ">"))
            {
                rest = rest[(end + 1)...]
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }

    /// What undoes curses, whatever it was about to do: mouse off, attributes off, normal keys, cursor visible, and the previous text
    /// restored. If a terminal cannot do that, it is cleared.
    static func restoringBytes(usesMouse: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        if usesMouse { bytes += mouseOff() }
        for name in ["sgr0", "op", "rmkx", "cnorm"] { bytes += self.bytes(name) ?? [] }
        return bytes + (self.bytes("rmcup") ?? self.bytes("clear") ?? [])
    }

    /// For entries without it, what curses assumes (lib_mouse.c).
    private static func mouseOff() -> [UInt8] {
        guard bytes("kmous") != nil else { return [] }
        return bytes("XM", 0) ?? filled("\u{1B}[?1000%?%p1%{1}%=%th%el%;", 0) ?? []
    }
}
