extension FixedWidthInteger {
    /// Reads decimal digits only: `Int("+8")` would accept the sign.
    init?(digits text: some StringProtocol) {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        self.init(text)
    }
}
