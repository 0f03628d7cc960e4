import Conntrack
import TestSupport
import Testing

@testable import Inspection

/// A ledger, fed in the required order, compared with a reader who only knows what was reported.
@Suite("After every resync the reader's view equals the kernel's, whatever was lost")
struct LedgerPropertyTests {
    @Test(arguments: 0..<400)
    func pictureIsRight(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var stream = Stream(capacity: Int.random(in: 2...40, using: &random), tellsInitial: seed % 2 == 0)
        for _ in 0..<30 { stream.kernel.step(&random) }
        stream.dump(&random)
        for _ in 0..<12 {
            stream.live(Int.random(in: 0..<60, using: &random), &random)
            if stream.hasLost { stream.dump(&random) }
            stream.checkAtRest(&random)
        }
        #expect(stream.doubles == 0, "seed \(seed)")
        #expect(stream.wrong == nil, "seed \(seed)")
    }

    private struct Stream {
        var kernel: ModelKernel
        var ledger = EntryLedger()
        var reader = Reader()
        var doubles = 0
        var wrong: String?
        private var lossesSeen = 0
        /// After a loss that no resync has recovered yet, an entry may be reported as new while the reader still has
        /// its predecessor.
        private var isMending = false
        private let tellsInitial: Bool
        private var isFirst = true

        init(capacity: Int, tellsInitial: Bool) {
            kernel = ModelKernel(capacity: capacity)
            self.tellsInitial = tellsInitial
        }

        var hasLost: Bool { kernel.lost != lossesSeen }

        /// Steps of the kernel; now and then a batch of events is read.
        mutating func live(_ steps: Int, _ random: inout SeededGenerator) {
            for _ in 0..<steps {
                kernel.step(&random)
                if random.next() % 4 == 0 { for message in kernel.receive(3) { take(message) } }
            }
        }

        /// A dump while the kernel keeps changing, repeated until nothing is lost during it.
        mutating func dump(_ random: inout SeededGenerator) {
            repeat {
                isMending = isMending || hasLost
                // The first one follows the subscription immediately; an earlier loss is noticed while it runs.
                if !isFirst {
                    catchUp()
                    lossesSeen = kernel.lost
                }
                ledger.beginDump()
                var heldBack: [ModelKernel.Message] = []
                for number in 0..<ModelKernel.buckets {
                    see(kernel.bucket(number, &random))
                    for _ in 0..<Int.random(in: 0..<6, using: &random) { kernel.step(&random) }
                    if random.next() % 2 == 0 { heldBack += kernel.receive(4) }
                }
                for message in heldBack { take(message) }
                catchUp()
                ledger.endDump { reader.forget($0) }
                isFirst = false
                if !hasLost { isMending = false }
            } while hasLost
        }

        private mutating func catchUp() {
            while !kernel.queue.isEmpty { for message in kernel.receive(4) { take(message) } }
        }

        private mutating func see(_ entries: [Entry]) {
            let isTold = tellsInitial || !isFirst
            for entry in entries {
                switch ledger.see(entry, isTold: isTold) {
                case .new:
                    // The reader knows a silent initial dump as well; only then can the states be compared.
                    if !isTold { reader.hearSilently(entry) } else if !reader.hearNew(entry) { doubles += 1 }
                case .changed: reader.hear(entry)
                case .known, .dying: break
                }
            }
        }

        private mutating func take(_ message: ModelKernel.Message) {
            switch ledger.take(message.kind, message.entry) {
            case .new?: if !reader.hearNew(message.entry), !hasLost, !isMending { doubles += 1 }
            case .update?: reader.hear(message.entry)
            case .destroy?: reader.forget(message.entry)
            case nil: break
            }
        }

        /// Once everything pending has been reported, and nothing lost, the states are equal.
        mutating func checkAtRest(_ random: inout SeededGenerator) {
            kernel.comeToRest()
            catchUp()
            if hasLost { dump(&random) }
            kernel.comeToRest()
            catchUp()
            guard !hasLost else { return }
            ledger.settle()
            let (known, real) = (reader.picture, Reader.picture(of: kernel.table.values))
            if known != real, wrong == nil { wrong = "reader \(known), kernel \(real)" }
        }
    }

    /// Knows what was reported, and nothing else.
    private struct Reader {
        private(set) var picture: [String: String] = [:]
        private var silent: Set<String> = []
        private var states: [String: ProtocolState] = [:]

        private static func key(_ entry: Entry) -> String { "\(entry.original) \(entry.id ?? 0)" }

        /// False if it is already known.
        mutating func hearNew(_ entry: Entry) -> Bool {
            let key = Self.key(entry)
            let isNews = picture[key] == nil || silent.contains(key)
            silent.remove(key)
            states[key] = nil
            hear(entry)
            return isNews
        }

        mutating func hearSilently(_ entry: Entry) {
            hear(entry)
            silent.insert(Self.key(entry))
        }

        mutating func hear(_ entry: Entry) {
            let key = Self.key(entry)
            states[key] = entry.state ?? states[key]
            picture[key] = Self.text(entry, states[key])
        }

        mutating func forget(_ entry: Entry) {
            picture[Self.key(entry)] = nil
            states[Self.key(entry)] = nil
            silent.remove(Self.key(entry))
        }

        static func picture(of entries: some Sequence<Entry>) -> [String: String] {
            var picture: [String: String] = [:]
            for entry in entries { picture[key(entry)] = text(entry, entry.state) }
            return picture
        }

        private static func text(_ entry: Entry, _ state: ProtocolState?) -> String {
            "\(entry.status.rawValue) \(entry.mark ?? 0) \(state?.name ?? "-")"
        }
    }
}
