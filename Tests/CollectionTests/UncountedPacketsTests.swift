import Collection
import Firewall
import Inspection
import Testing

@Suite("Packets that could not be counted")
struct UncountedPacketsTests {
    @Test("Each point with some is named, in the order of packets' paths, with the reason")
    func reasons() {
        var counts = ObservationTable.Counts()
        counts.full = [.localIn, .postRouting]
        counts.missed = [.preRouting: 7, .localIn: 5]
        #expect(
            counts.losses == [
                Loss(
                    "packets at pre_routing",
                    "7 not counted: the kernel had no memory for new addresses and ports at that moment"),
                Loss(
                    "packets at local_in",
                    "5 not counted: a counting set is full: additional addresses and ports are not counted"),
            ])
        #expect(counts.uncounted == [.preRouting, .localIn])
    }
}
