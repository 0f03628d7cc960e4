function __ct-inspect_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __ct-inspect_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __ct-inspect_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __ct-inspect_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __ct-inspect_parse_tokens -S
    set -l unparsed_tokens (__ct-inspect_tokens -pc)
    # The first word is an option: of flows, the default command.
    set -l words $unparsed_tokens[2..] (__ct-inspect_tokens -t)
    if string match -q -- '-*' "$words[1]"
        set unparsed_tokens $unparsed_tokens[1] flows $unparsed_tokens[2..]
    end
    switch $unparsed_tokens[1]
    case 'ct-inspect'
        __ct-inspect_parse_subcommand 0 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'flows'
            __ct-inspect_parse_subcommand 0 'netns=' 'capture=' 'json' 'color=' 'summary' 'service=+' 'verdict=+' 'client=+' 'for=' 'follow' 'interval=' 'buffer=' 'version' 'h/help'
        case 'watch'
            __ct-inspect_parse_subcommand 0 'netns=' 'capture=' 'tab=' 'filter=' 'sort=' 'reverse' 'columns=' 'no-mouse' 'color=' 'once' 'observe' 'start-tracking' 'interval=' 'buffer=' 'version' 'h/help'
        case 'dump'
            __ct-inspect_parse_subcommand 1 'netns=' 'capture=' 'json' 'color=' 'format=' 'o=+' 'count' 'top=+' 'on-interrupt=' 'explain-filter' 'f/family=+' 'p/protocol=+' 's/src=+' 'd/dst=+' 'sport=+' 'dport=+' 'r/reply-src=+' 'q/reply-dst=+' 'reply-sport=+' 'reply-dport=+' 'icmp-type=+' 'service=+' 'state=+' 'u/status=+' 'm/mark=+' 'w/zone=+' 'orig-zone=+' 'reply-zone=+' 'l/label=+' 'unreplied' 'assured' 'dying' 'offload' 'n/src-nat' 'g/dst-nat' 'j/any-nat' 'version' 'h/help'
        case 'events'
            __ct-inspect_parse_subcommand 1 'kind=' 'initial' 'buffer=' 'no-resync' 'for=' 'count=' 'netns=' 'json' 'format=' 'o=+' 'f/family=+' 'p/protocol=+' 's/src=+' 'd/dst=+' 'sport=+' 'dport=+' 'r/reply-src=+' 'q/reply-dst=+' 'reply-sport=+' 'reply-dport=+' 'icmp-type=+' 'service=+' 'state=+' 'u/status=+' 'm/mark=+' 'w/zone=+' 'orig-zone=+' 'reply-zone=+' 'l/label=+' 'unreplied' 'assured' 'dying' 'offload' 'n/src-nat' 'g/dst-nat' 'j/any-nat' 'version' 'h/help'
        case 'services'
            __ct-inspect_parse_subcommand 0 'netns=' 'capture=' 'json' 'color=' 'version' 'h/help'
        case 'stats'
            __ct-inspect_parse_subcommand 0 'netns=' 'capture=' 'json' 'color=' 'interval=' 'count=' 'verbose' 'version' 'h/help'
        case 'observe'
            __ct-inspect_parse_subcommand 0 'service=+' 'vip=+' 'for=' 'interval=' 'trace' 'no-trace' 'trace-rate=' 'samples=' 'start-tracking' 'netns=' 'json' 'color=' 'version' 'h/help'
        case 'explain'
            __ct-inspect_parse_subcommand 0 'proto=' 'flags=' 'icmp-type=' 'chunk=' 'entry=' 'unreplied' 'direction=' 'method=' 'service=' 'tcp-loose=' 'vs-conntrack=' 'netns=' 'capture=' 'json' 'color=' 'version' 'h/help'
        case 'capture'
            __ct-inspect_parse_subcommand 1 'netns=' 'json' 'color=' 'version' 'h/help'
        case 'help'
            __ct-inspect_parse_subcommand -r 1 'version'
        end
    end
end

function __ct-inspect_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __ct-inspect_parse_subcommand -S -a positional_count
    argparse -s r -- $argv
    set -l option_specs $argv[2..]
    set -l is_repeating_positional $_flag_r
    set -el _flag_r
    set -a commands $unparsed_tokens[1]
    set positional_index 0
    while true
        set -e unparsed_tokens[1]
        argparse -sn "$commands" $option_specs -- $unparsed_tokens 2> /dev/null
        set unparsed_tokens $argv
        set positional_index (math $positional_index + 1)
        for non_repeating_flag_or_option in $non_repeating_flags_or_options
            if set -ql "_flag_$(string replace -a - _ -- $non_repeating_flag_or_option)"
                set non_repeating_flags_or_options_absent 1
                break
            end
        end
        test (count $unparsed_tokens) -eq 0 -o \( -z "$is_repeating_positional" -a "$positional_index" -gt "$positional_count" \) && break
    end
end

function __ct-inspect_complete_directories
    __fish_complete_directories (string replace -r -- '^--[^=]+=' '' (commandline -ct)) ''
end

function __ct-inspect_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__ct-inspect_tokens -p)
    if test -z "$(__ct-inspect_tokens -t)"
        set -l index (count (__ct-inspect_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens 2>/dev/null
end

complete -c 'ct-inspect' -f
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect" version' -l 'version' -d 'Show the version.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect" -eq 1' -fa 'flows' -d 'Show which IPVS connections have no conntrack entry, and why.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect" -eq 1' -fa 'watch' -d 'Watch a director live: services, flows, table, events, health.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect" -eq 1' -fa 'dump' -d 'List the conntrack table, as conntrack -L does.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect" -eq 1' -fa 'events' -d 'Follow the conntrack table\'s events, and what was lost of them.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect" -eq 1' -fa 'services' -d 'List IPVS services and their destinations, as ipvsadm -Ln does.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect" -eq 1' -fa 'stats' -d 'Show how full the conntrack table is, and what is wrong with it.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect" -eq 1' -fa 'observe' -d 'Count ctstates at each hook, and name the rule that drops.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect" -eq 1' -fa 'explain' -d 'Foretell a packet\'s ctstate on a director, and its way hook by hook.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect" -eq 1' -fa 'capture' -d 'Write all that the kernel says here into a folder, to read anywhere.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows" netns' -l 'netns' -d 'Look into another network namespace.' -rfka '(__ct-inspect_custom_completion ---completion flows -- --netns (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows" capture' -l 'capture' -d 'Read a capture instead of this kernel; needs no privilege.' -rfa '(__ct-inspect_complete_directories)'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows" json' -l 'json' -d 'Print JSON (schema ct-inspect/1): a document, or an object a line.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows" color' -l 'color' -d 'Colour: auto (on a terminal, unless NO_COLOR is set), always or never.' -rfka 'auto always never'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows" summary' -l 'summary' -d 'One row a service instead of one a flow.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows"' -l 'service' -d 'Flows of this service only, as tcp/10.0.0.100:80; may be repeated.' -rfka '(__ct-inspect_custom_completion ---completion flows -- --service (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows"' -l 'verdict' -d 'Flows with this verdict only; may be repeated.' -rfka 'absent never unreplied tracked orphan'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows"' -l 'client' -d 'Flows of this client only, as 10.0.0.0/24 or 10.0.0.1:41048; may be repeated.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows" for' -l 'for' -d 'Watch so long first, as 30s or 5m: flows that begin meanwhile without a NEW event are called never.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows" follow' -l 'follow' -d 'Print flows as they begin or change, until interrupted or --for is over.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows" interval' -l 'interval' -d 'With --follow: how often to look (2s).' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows" buffer' -l 'buffer' -d 'Receive buffer for events to ask the kernel for, as 64M.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows" version' -l 'version' -d 'Show the version.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" netns' -l 'netns' -d 'Look into another network namespace.' -rfka '(__ct-inspect_custom_completion ---completion watch -- --netns (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" capture' -l 'capture' -d 'Read a capture instead of this kernel; needs no privilege.' -rfa '(__ct-inspect_complete_directories)'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" tab' -l 'tab' -d 'The tab to begin with: the first one, if not given.' -rfka 'services flows table events health'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" filter' -l 'filter' -d 'Filter of the first tab, in the words of its filter line.' -rfka '(__ct-inspect_custom_completion ---completion watch -- --filter (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" sort' -l 'sort' -d 'Column to sort the first tab by.' -rfka '(__ct-inspect_custom_completion ---completion watch -- --sort (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" reverse' -l 'reverse' -d 'Sort the other way round.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" columns' -l 'columns' -d 'Columns of the first tab to show.' -rfka '(__ct-inspect_custom_completion ---completion watch -- --columns (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" no-mouse' -l 'no-mouse' -d 'Leave the mouse to the terminal.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" color' -l 'color' -d 'Colour; auto: unless NO_COLOR is set.' -rfka 'auto always never'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" once' -l 'once' -d 'Print one screen as text, and end.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" observe' -l 'observe' -d 'Observe packets from the start; on a screen it says what that adds to the kernel, and asks.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" start-tracking' -l 'start-tracking' -d 'Observe also where no rule uses conntrack yet: that makes it active meanwhile.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" interval' -l 'interval' -d 'How often to read (1s); less often where reading takes long.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" buffer' -l 'buffer' -d 'Receive buffer for events to ask the kernel for, as 64M.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" version' -l 'version' -d 'Show the version.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect dump" -eq 1' -fka 'conntrack expect dying unconfirmed'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" netns' -l 'netns' -d 'Look into another network namespace.' -rfka '(__ct-inspect_custom_completion ---completion dump -- --netns (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" capture' -l 'capture' -d 'Read a capture instead of this kernel; needs no privilege.' -rfa '(__ct-inspect_complete_directories)'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" json' -l 'json' -d 'Print JSON (schema ct-inspect/1): a document, or an object a line.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" color' -l 'color' -d 'Colour: auto (on a terminal, unless NO_COLOR is set), always or never.' -rfka 'auto always never'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" format' -l 'format' -d 'table, json (as --json) or conntrack (as conntrack -L -o extended).' -rfka 'table json conntrack'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -s 'o' -d 'With --format conntrack: id, labels, ktimestamp.' -rfka '(__ct-inspect_custom_completion ---completion dump -- -o (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" count' -l 'count' -d 'Print how many entries there are, and nothing else.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'top' -d 'Count by src, dst, dport, state or zone; print the N (10) most frequent.' -rfka 'src dst dport state zone'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" on-interrupt' -l 'on-interrupt' -d 'When the table changed under the dump: report it, or repeat until it is whole.' -rfka 'report repeat'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" explain-filter' -l 'explain-filter' -d 'Print which part of the filter the kernel applies, and why not the rest.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'family' -s 'f' -d 'ipv4 or ipv6.' -rfka '(__ct-inspect_custom_completion ---completion dump -- --family (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -s 'p' -l 'protocol' -l 'proto' -d 'Protocol, by name or number: tcp,udp' -rfka '(__ct-inspect_custom_completion ---completion dump -- --protocol (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'src' -s 's' -d 'Source of the original direction.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'dst' -s 'd' -d 'Its destination.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'sport' -d 'Its source port.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'dport' -d 'Its destination port: 80,443 1000-2000 \'!22\'' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -s 'r' -l 'reply-src' -d 'Source of the reply direction.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -s 'q' -l 'reply-dst' -d 'Its destination.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'reply-sport' -d 'Its source port.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'reply-dport' -d 'Its destination port.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'icmp-type' -d 'Type of ICMP or ICMPv6, by number: 8,128' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'service' -d 'Protocol, destination and its port in one: tcp/10.0.0.100:80' -rfka '(__ct-inspect_custom_completion ---completion dump -- --service (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'state' -d 'State of the protocol: ESTABLISHED,TIME_WAIT' -rfka '(__ct-inspect_custom_completion ---completion dump -- --state (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -s 'u' -l 'status' -d 'Status bits that are all set: ASSURED,SEEN_REPLY' -rfka '(__ct-inspect_custom_completion ---completion dump -- --status (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'mark' -s 'm' -d 'Mark, or the bits of it in a mask: 0x10/0xff' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -s 'w' -l 'zone' -d 'Zone of both directions.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'orig-zone' -d 'Zone of the original direction alone.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'reply-zone' -d 'Zone of the reply direction alone.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'label' -s 'l' -d 'Labels that are all set, by name or number.' -rfka '(__ct-inspect_custom_completion ---completion dump -- --label (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" unreplied' -l 'unreplied' -d 'One direction seen only.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" assured' -l 'assured' -d 'Status ASSURED.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" dying' -l 'dying' -d 'Status DYING.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" offload' -l 'offload' -d 'Handed to a flow table, in software or in hardware.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" n src-nat' -s 'n' -l 'src-nat' -d 'With a translated source.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" dst-nat g' -s 'g' -l 'dst-nat' -d 'With a translated destination.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" any-nat j' -s 'j' -l 'any-nat' -d 'With a translated source or destination.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" version' -l 'version' -d 'Show the version.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect events" -eq 1' -fka 'conntrack expect'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" kind' -l 'kind' -d 'Kinds to show: new, update, destroy.' -rfka '(__ct-inspect_custom_completion ---completion events -- --kind (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" initial' -l 'initial' -d 'Begin with the entries that are in the table.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" buffer' -l 'buffer' -d 'Receive buffer for events to ask the kernel for, as 64M.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" no-resync' -l 'no-resync' -d 'Do not keep the table in memory (110 to 220 bytes an entry): losses are only told.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" for' -l 'for' -d 'End after this time: 500ms, 30s, 5m, 1h.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" count' -l 'count' -d 'End after this many events.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" netns' -l 'netns' -d 'Look into another network namespace.' -rfka '(__ct-inspect_custom_completion ---completion events -- --netns (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" json' -l 'json' -d 'Print JSON, one object a line (schema ct-inspect/1).'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" format' -l 'format' -d 'text, json (as --json) or conntrack (as conntrack -E -o extended).' -rfka 'text json conntrack'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -s 'o' -d 'With --format conntrack: id, labels, ktimestamp, timestamp.' -rfka '(__ct-inspect_custom_completion ---completion events -- -o (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'family' -s 'f' -d 'ipv4 or ipv6.' -rfka '(__ct-inspect_custom_completion ---completion events -- --family (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -s 'p' -l 'protocol' -l 'proto' -d 'Protocol, by name or number: tcp,udp' -rfka '(__ct-inspect_custom_completion ---completion events -- --protocol (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'src' -s 's' -d 'Source of the original direction.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'dst' -s 'd' -d 'Its destination.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'sport' -d 'Its source port.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'dport' -d 'Its destination port: 80,443 1000-2000 \'!22\'' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -s 'r' -l 'reply-src' -d 'Source of the reply direction.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -s 'q' -l 'reply-dst' -d 'Its destination.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'reply-sport' -d 'Its source port.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'reply-dport' -d 'Its destination port.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'icmp-type' -d 'Type of ICMP or ICMPv6, by number: 8,128' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'service' -d 'Protocol, destination and its port in one: tcp/10.0.0.100:80' -rfka '(__ct-inspect_custom_completion ---completion events -- --service (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'state' -d 'State of the protocol: ESTABLISHED,TIME_WAIT' -rfka '(__ct-inspect_custom_completion ---completion events -- --state (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -s 'u' -l 'status' -d 'Status bits that are all set: ASSURED,SEEN_REPLY' -rfka '(__ct-inspect_custom_completion ---completion events -- --status (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'mark' -s 'm' -d 'Mark, or the bits of it in a mask: 0x10/0xff' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -s 'w' -l 'zone' -d 'Zone of both directions.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'orig-zone' -d 'Zone of the original direction alone.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'reply-zone' -d 'Zone of the reply direction alone.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'label' -s 'l' -d 'Labels that are all set, by name or number.' -rfka '(__ct-inspect_custom_completion ---completion events -- --label (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" unreplied' -l 'unreplied' -d 'One direction seen only.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" assured' -l 'assured' -d 'Status ASSURED.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" dying' -l 'dying' -d 'Status DYING.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" offload' -l 'offload' -d 'Handed to a flow table, in software or in hardware.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" n src-nat' -s 'n' -l 'src-nat' -d 'With a translated source.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" dst-nat g' -s 'g' -l 'dst-nat' -d 'With a translated destination.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" any-nat j' -s 'j' -l 'any-nat' -d 'With a translated source or destination.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" version' -l 'version' -d 'Show the version.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect services" netns' -l 'netns' -d 'Look into another network namespace.' -rfka '(__ct-inspect_custom_completion ---completion services -- --netns (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect services" capture' -l 'capture' -d 'Read a capture instead of this kernel; needs no privilege.' -rfa '(__ct-inspect_complete_directories)'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect services" json' -l 'json' -d 'Print JSON (schema ct-inspect/1): a document, or an object a line.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect services" color' -l 'color' -d 'Colour: auto (on a terminal, unless NO_COLOR is set), always or never.' -rfka 'auto always never'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect services" version' -l 'version' -d 'Show the version.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect services" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect stats" netns' -l 'netns' -d 'Look into another network namespace.' -rfka '(__ct-inspect_custom_completion ---completion stats -- --netns (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect stats" capture' -l 'capture' -d 'Read a capture instead of this kernel; needs no privilege.' -rfa '(__ct-inspect_complete_directories)'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect stats" json' -l 'json' -d 'Print JSON (schema ct-inspect/1): a document, or an object a line.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect stats" color' -l 'color' -d 'Colour: auto (on a terminal, unless NO_COLOR is set), always or never.' -rfka 'auto always never'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect stats" interval' -l 'interval' -d 'Print again each SECONDS with rates, until interrupted.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect stats" count' -l 'count' -d 'Stop after N blocks; the first is about all that was counted so far.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect stats" verbose' -l 'verbose' -d 'Say what each counter means.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect stats" version' -l 'version' -d 'Show the version.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect stats" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe"' -l 'service' -d 'Packets of this service only, as tcp/10.0.0.100:80; may be repeated.' -rfka '(__ct-inspect_custom_completion ---completion observe -- --service (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe"' -l 'vip' -d 'Observe this address too, with IPVS or without, as 10.0.0.100:80; may be repeated.' -rfka '(__ct-inspect_custom_completion ---completion observe -- --vip (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe" for' -l 'for' -d 'End after this time (else at Ctrl-C): 500ms, 30s, 5m, 1h.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe" interval' -l 'interval' -d 'How often to read the counters (1s); with --json, print a document each time.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe" trace' -l 'trace' -d 'Trace packets of every ctstate from the start, or none at all.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe" no-trace' -l 'no-trace' -d 'Trace packets of every ctstate from the start, or none at all.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe" trace-rate' -l 'trace-rate' -d 'Trace at most so many packets a second.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe" samples' -l 'samples' -d 'Show so many packets of each class and ctstate.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe" start-tracking' -l 'start-tracking' -d 'Observe also where no rule uses conntrack yet: that makes it active while this runs.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe" netns' -l 'netns' -d 'Look into another network namespace.' -rfka '(__ct-inspect_custom_completion ---completion observe -- --netns (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe" json' -l 'json' -d 'Print JSON (schema ct-inspect/1): a document, or an object a line.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe" color' -l 'color' -d 'Colour: auto (on a terminal, unless NO_COLOR is set), always or never.' -rfka 'auto always never'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe" version' -l 'version' -d 'Show the version.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" proto protocol' -l 'proto' -l 'protocol' -d 'tcp (default), udp, icmp, icmpv6, sctp, or another, by name or number.' -rfka 'tcp udp sctp icmp icmpv6'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" flags' -l 'flags' -d 'Of a TCP segment: FIN,ACK or FIN+ACK, none, tcpdump\'s F. or S, or 0x11.' -rfka '(__ct-inspect_custom_completion ---completion explain -- --flags (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" icmp-type' -l 'icmp-type' -d 'Of an ICMP or ICMPv6 message, by nftables\' or iptables\' name, or number: destination-unreachable' -rfka '(__ct-inspect_custom_completion ---completion explain -- --icmp-type (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" chunk' -l 'chunk' -d 'Of an SCTP packet, by nftables\' names, or numbers: cookie-echo,data' -rfka '(__ct-inspect_custom_completion ---completion explain -- --chunk (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" entry' -l 'entry' -d 'The packet\'s entry: none (default), syn-sent, established and so on; unreplied or replied where there are no states.' -rfka 'none unreplied replied syn-sent syn-recv established fin-wait close-wait last-ack time-wait close syn-sent2 closed cookie-wait cookie-echoed shutdown-sent shutdown-recd shutdown-ack-sent heartbeat-sent'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" unreplied' -l 'unreplied' -d 'The entry has seen no reply; so it is by default in syn-sent, closed and heartbeat-sent.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" direction' -l 'direction' -d 'original: from a client to the VIP; reply: from the real server to the client.' -rfka 'original reply'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" method' -l 'method' -d 'How IPVS forwards: dr (default), tun, nat, local or bypass.' -rfka 'dr tun nat local bypass'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" service' -l 'service' -d 'As the destinations of this service, as tcp/10.0.0.100:80, are forwarded to.' -rfka '(__ct-inspect_custom_completion ---completion explain -- --service (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" tcp-loose' -l 'tcp-loose' -d 'net.netfilter.nf_conntrack_tcp_loose, instead of this host\'s.' -rfka '0 1'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" vs-conntrack' -l 'vs-conntrack' -d 'net.ipv4.vs.conntrack, instead of this host\'s.' -rfka '0 1'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" netns' -l 'netns' -d 'Look into another network namespace.' -rfka '(__ct-inspect_custom_completion ---completion explain -- --netns (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" capture' -l 'capture' -d 'Read a capture instead of this kernel; needs no privilege.' -rfa '(__ct-inspect_complete_directories)'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" json' -l 'json' -d 'Print JSON (schema ct-inspect/1): a document, or an object a line.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" color' -l 'color' -d 'Colour: auto (on a terminal, unless NO_COLOR is set), always or never.' -rfka 'auto always never'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" version' -l 'version' -d 'Show the version.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect capture" -eq 1' -fa '(__ct-inspect_complete_directories)'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect capture" netns' -l 'netns' -d 'Look into another network namespace.' -rfka '(__ct-inspect_custom_completion ---completion capture -- --netns (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect capture" json' -l 'json' -d 'Print JSON (schema ct-inspect/1): a document, or an object a line.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect capture" color' -l 'color' -d 'Colour: auto (on a terminal, unless NO_COLOR is set), always or never.' -rfka 'auto always never'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect capture" version' -l 'version' -d 'Show the version.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect capture" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect help" version' -l 'version' -d 'Show the version.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect help" -eq 1' -fa 'flows' -d 'Show which IPVS connections have no conntrack entry, and why.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect help" -eq 1' -fa 'watch' -d 'Watch a director live: services, flows, table, events, health.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect help" -eq 1' -fa 'dump' -d 'List the conntrack table, as conntrack -L does.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect help" -eq 1' -fa 'events' -d 'Follow the conntrack table\'s events, and what was lost of them.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect help" -eq 1' -fa 'services' -d 'List IPVS services and their destinations, as ipvsadm -Ln does.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect help" -eq 1' -fa 'stats' -d 'Show how full the conntrack table is, and what is wrong with it.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect help" -eq 1' -fa 'observe' -d 'Count ctstates at each hook, and name the rule that drops.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect help" -eq 1' -fa 'explain' -d 'Foretell a packet\'s ctstate on a director, and its way hook by hook.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect help" -eq 1' -fa 'capture' -d 'Write all that the kernel says here into a folder, to read anywhere.'
