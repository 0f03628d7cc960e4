import Conntrack

extension TCPFlags {
    /// Reads `FIN,ACK`, `fin+ack`, `none`, the number `0x11`, or tcpdump's `F.`; nil when it is none of these.
    init?(words text: String) {
        if text.lowercased() == "none" {
            self = []
        } else if let number = FilterText.number(text, as: UInt8.self) {
            self.init(rawValue: number)
        } else if let letters = Self(letters: text) {
            self = letters
        } else {
            self = []
            for word in text.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "," || $0 == "+" }) {
                guard let bit = Self.names.firstIndex(of: word.uppercased()) else { return nil }
                insert(TCPFlags(rawValue: 1 << UInt8(bit)))
            }
        }
    }

    /// The letters of tcpdump(8), in its case: `S` SYN, `.` ACK, and so on.
    private init?(letters text: String) {
        let known: [Character: TCPFlags] = [
            "F": .fin, "S": .syn, "R": .rst, "P": .psh, ".": .ack, "U": .urg, "E": .ece, "W": .cwr,
        ]
        guard !text.isEmpty else { return nil }
        self = []
        for letter in text {
            guard let flag = known[letter] else { return nil }
            insert(flag)
        }
    }
}
