/// The key bindings.
enum HelpText {
    static let lines = """
        1-8 Tab     the tabs
          Services  verdicts and drops of each
          Servers   real servers, neighbours
          Flows     connections and entries
          Drops     lost packets, and rules
          Table     the conntrack table
          Events    NEW, UPDATE, DESTROY
          Findings  what is wrong, what helps
          Health    table, losses, cost

        arrows j k  move; PgUp PgDn,
                    Home End, g G
        Enter       detail; expand a service
        J K         scroll the detail
        F           follow the row to its end
        s F6        sort by a column
        r           reverse the order
        c           choose columns
        / F4        filter; Esc clears it
        f Space     freeze or resume
        t           what fills the table;
                    in Servers: by server
        o           observe packets (asks)
        z           forget those so far
        Z           packets of the last
                    minute, or all
        x           export as JSON
        F5          read now
        Ctrl-L      redraw
        ? F1        show the key bindings
        q F10       quit; also Ctrl-C
        Ctrl-Z      suspend

        FILTER: man ct-inspect-filter
          dport=80 or dport=443
          dst=10.0.0.100:80 not unreplied
          (timeout>1h or bytes>1G) src=...
          client= server= service= state=
          any text of a row
          Tab completes; Esc keeps what was

        VERDICT
          absent    no entry in the table now
          never     absent, and no NEW event
                    since before it began
          unreplied seen in one direction
          tracked   seen in both directions
          orphan    entry without connection
          ?         uncertain

        CTSTATES: seen on packets sampled
        while observing.
        """.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
}
