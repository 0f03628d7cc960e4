import IPVS

extension FlowSnapshot {
    /// What its flows show; or, if a filter asks for verdicts that no flow has, only that.
    package var findings: [Finding] {
        FlowFindings(FlowTally(report), services + servicesLeftOut, sysctls).all
    }
}
