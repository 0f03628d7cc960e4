import IPVS

extension Picture {
    /// What its flows show. With a filter that asks for verdicts and finds none, that alone.
    package func findings(_ filter: FlowFilter) -> [Finding] {
        FlowFindings(FlowTally(report, asked: filter.verdicts), services + servicesLeftOut, sysctls).all
    }
}
