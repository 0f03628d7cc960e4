import Collection
import Netlink
import Terminal

extension ScreenEvent {
    /// The screen's event for news from the observation of packets.
    init(_ news: PacketObserver.News) {
        switch news {
        case .sample(let sample): self = .sample(sample)
        case .traced(let packet): self = .traced(packet)
        case .observed(let observation, let took): self = .observed(observation, took: took)
        case .failed(let error): self = .observationFailed(error.description)
        case .ended: self = .said("observing has ended: nothing of it is left in the kernel")
        }
    }
}
