/// What every key does.
enum HelpText {
    static let lines = """
        TABS      1-5, Tab, Shift-Tab
          Services  verdicts, packets and drops of each service
          Flows     each IPVS connection and its conntrack entry
          Table     the conntrack table; t counts who fills it
          Events    NEW, UPDATE and DESTROY as they come
          Health    the table's fill, counters, losses, costs

        MOVE      arrows j k, PgUp PgDn, Home End, g G
        ENTER     detail of a row; opens a service
        F         the selection follows its row
        s F6      sort by a column; r the other way round
        c         choose columns
        / F4      filter; Esc clears it
        f Space   freeze the screen, and go on
        x         export what is shown as JSON
        o         observe packets (asks first)
        F5        read now; Ctrl-L draws anew
        ? F1      this help
        q F10     quit; Ctrl-C too; Ctrl-Z suspends

        FILTER    words, all of which must hold
          dst=10.0.0.100      state=SYN_SENT
          dport=80,443        src=10.0.0.0/8
          !verdict=tracked    src=!10.0.0.9
          unreplied           any text of a row
        Services  service dst scheduler method
        Flows     protocol src sport dst dport
                  service server method state
                  conntrack ctstate verdict
        Table     the words of ct-inspect dump
        Events    the same, and kind=new,destroy

        VERDICTS
          absent     no entry in the table now
          never      absent, and no NEW event
                     since before it began
          unreplied  one direction was seen
          tracked    both were seen
          orphan     an entry, no connection
          ?          something speaks against it

        CTSTATES are those of packets that were
        sampled while observing.
        """.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
}
