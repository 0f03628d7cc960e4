import Firewall
import Inspection

/// What ends what a check found, as commands and lines of files.
package struct Fix: Equatable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        /// Packets that are INVALID and end connections pass, to these services only.
        case accept = "accept-invalid"
        /// Packets of these services are not tracked.
        case notrack
        /// sysctls alone.
        case settings
    }

    package var kind: Kind
    /// Whether services of SCTP are among those it is for: chunks cannot be told apart in rules, so that all INVALID packets to them pass.
    package var hasSCTP = false
    /// The findings that it ends.
    package var findings: [Finding.ID]
    /// What is to be done at once, each a line for sh(1).
    package var apply: [String]
    /// What to do so that it stays.
    package var persist: [Persistence]
    /// What takes `apply` back, each a line for sh(1).
    package var undo: [String]
    package var proof: Proof

    package init(
        _ kind: Kind, _ findings: [Finding.ID], apply: [String], persist: [Persistence], undo: [String],
        proof: Proof = Proof(.unproven("it was not tried"))
    ) {
        self.kind = kind
        self.findings = findings
        self.apply = apply
        self.persist = persist
        self.undo = undo
        self.proof = proof
    }

    /// Lines of a file.
    package struct Persistence: Equatable, Sendable {
        package var file: String
        /// Where in the file, in words that follow its name.
        package var place: String
        package var lines: [String]
        /// What makes it effective, each a line for sh(1).
        package var reload: [String]

        package init(_ file: String, _ place: String, _ lines: [String], reload: [String]) {
            self.file = file
            self.place = place
            self.lines = lines
            self.reload = reload
        }
    }
}
