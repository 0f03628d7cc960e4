import IPVS

extension FlowSnapshot {
    /// What its flows show. With a filter that asks for verdicts and finds none, that alone.
    package var findings: [Finding] {
        FlowFindings(FlowTally(report), services + servicesLeftOut, sysctls).all
    }
}
