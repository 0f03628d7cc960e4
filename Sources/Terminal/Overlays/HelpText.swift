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

        Up Down j k move; PgUp PgDn,
                    Ctrl-D Ctrl-U half,
                    Home End, g G
        Left Right  columns beside
        i           detail of the row
        Enter       the flows behind a row, or
                    its detail; Esc goes back
        Space       a service's servers
        + -         the same; in Health: zoom
        J K         scroll the detail
        F           follow the row to its end
        s F6        sort by a column
        < >         sort by the next column
        r           reverse the order
        c F2        choose columns
        / F4        filter; Esc clears it
        \\ F3        search; n N next match
        f           freeze or resume
        [ ]         read more often, or less
        t           count flows or entries;
                    in Servers: by server
        o           observe packets (asks)
        z           forget those so far
        Z           packets of the last
                    minute, or all
        l           names or addresses
        x           export as JSON
        w           write the settings
        F5          read now
        Ctrl-L      redraw
        ? h F1      show the key bindings
        q F10       quit; also Ctrl-C
        Ctrl-Z      suspend
        mouse       tabs, rows, titles sort,
                    the bar, menus, wheel

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

        A RECORD (--record)
          [ ]       back, and on
          { }       a minute back, and on
          ( )       last and next event, as a
                    finding or a rule change
          b         go to a time
          F5        read what came since
        """.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
}
