import ArgumentParser
import Conntrack

/// `--filter EXPRESSION`, the same for all lists.
extension FilterExpression {
    /// Reads the option's value.
    ///
    /// - Parameter list: the words of what is listed. The files with the host's names are only read if there is something to read.
    /// - Returns: nil if the option was not given.
    static func given(_ line: String, _ list: (HostNames) -> FilterVocabulary) throws(FilterError) -> FilterExpression?
    {
        if line.isEmpty { return nil }
        do throws(FilterError) {
            return try read(line, for: list(.installed))
        } catch {
            throw FilterError("--filter", .within("\(error)"))
        }
    }

    /// The same, as an error of the command line.
    static func option(_ line: String, _ list: (HostNames) -> FilterVocabulary) throws -> FilterExpression? {
        do throws(FilterError) { return try given(line, list) } catch { throw ValidationError("\(error)") }
    }
}
