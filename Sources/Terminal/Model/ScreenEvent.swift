import Addresses
import Conntrack
import Inspection

/// Everything that can happen to the screen.
package enum ScreenEvent: Sendable {
    case input(Input)
    case resized(Size)
    /// What is known of the director has changed.
    case director(DirectorChange)
    /// The current entry of the selected flow.
    case examined(FlowKey, Entry?)
    /// The name of an address; nil if it has none.
    case named(IPAddress, String?)
    /// The result of an effect.
    case said(String)
}

extension ScreenEvent {
    /// Whether the height of what is above or below the list may change.
    var changesLayout: Bool {
        switch self {
        case .resized, .examined, .director(.readingEnded), .director(.observed), .director(.observationEnded),
            .director(.checked), .director(.network), .director(.recorded):
            true
        default: false
        }
    }
}

/// What `update` requests because it cannot do it itself.
package enum Effect: Equatable, Sendable {
    case quit
    /// To stop, as requested by Ctrl-Z.
    case suspend
    /// To redraw everything.
    case redraw
    /// To read immediately.
    case read
    /// To write what is shown to a file.
    case export(path: String)
    /// To write how the screen is arranged to the user's file.
    case saveSettings
    /// To show another moment of the record.
    case go(RecordStep)
}
