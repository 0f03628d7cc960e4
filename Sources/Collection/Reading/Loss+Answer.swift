import Inspection
import Netlink

extension Loss {
    /// What an answer lacks: one loss, or none.
    ///
    /// - Parameters:
    ///   - what: was asked for, in words that begin a line.
    ///   - changed: what to say of a table that changed while it was read.
    static func of(_ what: String, _ answer: Answer, ifChanged changed: @autoclosure () -> String) -> [Loss] {
        if answer.isWhole { return [] }
        return answer.shortfall(ifChanged: changed()).map { [Loss(what, $0)] } ?? []
    }
}
