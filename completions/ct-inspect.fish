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
            __ct-inspect_parse_subcommand 0 'netns=' 'capture=' 'connections=' 'max-read-time=' 'json' 'color=' 'summary' 'top=+' 'service=+' 'verdict=+' 'client=+' 'filter=' 'for=' 'follow' 'interval=' 'buffer=' 'version' 'h/help'
        case 'watch'
            __ct-inspect_parse_subcommand 0 'netns=' 'capture=' 'record=' 'at=' 'tab=' 'filter=' 'sort=' 'reverse' 'columns=' 'no-config' 'no-mouse' 'color=' 'once' 'observe' 'start-tracking' 'interval=' 'connections=' 'max-read-time=' 'buffer=' 'version' 'h/help'
        case 'check'
            __ct-inspect_parse_subcommand 0 'netns=' 'capture=' 'ruleset=+' 'services=' 'json' 'color=' 'only=+' 'skip=+' 'fail-on=' 'for=' 'nagios' 'list' 'version' 'h/help'
        case 'advise'
            __ct-inspect_parse_subcommand 0 'netns=' 'capture=' 'json' 'color=' 'commands' 'undo' 'fix=' 'format=' 'version' 'h/help'
        case 'dump'
            __ct-inspect_parse_subcommand 1 'netns=' 'capture=' 'json' 'color=' 'format=' 'o=+' 'get' 'count' 'summary-line' 'top=+' 'on-interrupt=' 'explain-filter' 'f/family=+' 'p/protocol=+' 's/src=+' 'd/dst=+' 'mask-src=' 'mask-dst=' 'sport=+' 'dport=+' 'r/reply-src=+' 'q/reply-dst=+' 'reply-sport=+' 'reply-dport=+' 'icmp-type=+' 'icmp-code=+' 'icmp-id=+' 'service=+' 'state=+' 'u/status=+' 'm/mark=+' 'w/zone=+' 'orig-zone=+' 'reply-zone=+' 'l/label=+' 'filter=' 'unreplied' 'assured' 'dying' 'offload' 'n/src-nat' 'g/dst-nat' 'j/any-nat' 'version' 'h/help'
        case 'events'
            __ct-inspect_parse_subcommand 1 'kind=' 'initial' 'buffer=' 'no-resync' 'for=' 'count=' 'netns=' 'json' 'format=' 'o=+' 'f/family=+' 'p/protocol=+' 's/src=+' 'd/dst=+' 'mask-src=' 'mask-dst=' 'sport=+' 'dport=+' 'r/reply-src=+' 'q/reply-dst=+' 'reply-sport=+' 'reply-dport=+' 'icmp-type=+' 'icmp-code=+' 'icmp-id=+' 'service=+' 'state=+' 'u/status=+' 'm/mark=+' 'w/zone=+' 'orig-zone=+' 'reply-zone=+' 'l/label=+' 'filter=' 'unreplied' 'assured' 'dying' 'offload' 'n/src-nat' 'g/dst-nat' 'j/any-nat' 'version' 'h/help'
        case 'services'
            __ct-inspect_parse_subcommand 0 'netns=' 'capture=' 'stats' 'rate' 'thresholds' 'persistent-conn' 'tun-info' 'exact' 'timeout' 'daemon' 'json' 'color=' 'o/format=' 'service=+' 'filter=' 'version' 'h/help'
        case 'stats'
            __ct-inspect_parse_subcommand 0 'netns=' 'capture=' 'json' 'color=' 'interval=' 'count=' 'verbose' 'version' 'h/help'
        case 'observe'
            __ct-inspect_parse_subcommand 0 'service=+' 'vip=+' 'for=' 'interval=' 'filter=' 'trace' 'no-trace' 'trace-rate=' 'samples=' 'start-tracking' 'netns=' 'connections=' 'max-read-time=' 'json' 'color=' 'version' 'h/help'
        case 'explain'
            __ct-inspect_parse_subcommand 0 'proto=' 'flags=' 'icmp-type=' 'chunk=' 'dccp-type=' 'init-tag=' 'window=' 'checksum=' 'entry=' 'unreplied' 'replied' 'direction=' 'method=' 'service=' 'tcp-loose=' 'be-liberal=' 'vs-conntrack=' 'sloppy-tcp=' 'sloppy-sctp=' 'conn-reuse-mode=' 'expire-nodest-conn=' 'schedule-icmp=' 'connection=' 'destination=' 'netns=' 'capture=' 'json' 'color=' 'version' 'h/help'
        case 'capture'
            __ct-inspect_parse_subcommand 1 'no-ruleset' 'anonymize' 'key=' 'netns=' 'capture=' 'connections=' 'max-read-time=' 'json' 'color=' 'version' 'h/help'
        case 'diff'
            __ct-inspect_parse_subcommand 2 'json' 'color=' 'version' 'h/help'
        case 'fleet'
            __ct-inspect_parse_subcommand -r 1 'json' 'color=' 'version' 'h/help'
        case 'export'
            __ct-inspect_parse_subcommand 0 'listen=+' 'textfile=' 'once' 'netns=+' 'capture=' 'collectors=' 'observe' 'interval=' 'flows-every=' 'check-every=' 'connections=' 'max-read-time=' 'labels=' 'max-series=' 'list' 'version' 'h/help'
        case 'record'
            __ct-inspect_parse_subcommand 0 'to=' 'segment-size=' 'segment-age=' 'keep-segments=' 'keep-bytes=' 'no-compression' 'for=' 'interval=' 'observe' 'netns=' 'capture=' 'connections=' 'max-read-time=' 'buffer=' 'version' 'h/help'
        case 'replay'
            __ct-inspect_parse_subcommand -r 1 'since=' 'until=' 'filter=' 'json' 'version' 'h/help'
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
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect" -eq 1' -fa 'watch' -d 'Watch a director live: services, servers, flows, drops, findings.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect" -eq 1' -fa 'check' -d 'Find what is wrong with a director before traffic does.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect" -eq 1' -fa 'advise' -d 'Print the fix for this director, proven with its own packet filter.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect" -eq 1' -fa 'dump' -d 'List the conntrack table, like conntrack -L.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect" -eq 1' -fa 'events' -d 'Follow conntrack events, and report lost ones.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect" -eq 1' -fa 'services' -d 'List IPVS services and their destinations, like ipvsadm -Ln.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect" -eq 1' -fa 'stats' -d 'Show how full the conntrack table is, and what is wrong with it.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect" -eq 1' -fa 'observe' -d 'Count ctstates at each hook, and name the rule that drops.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect" -eq 1' -fa 'explain' -d 'Predict a packet\'s ctstate on a director, hook by hook.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect" -eq 1' -fa 'capture' -d 'Save the kernel\'s state, to be read anywhere.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect" -eq 1' -fa 'diff' -d 'Show what differs between two captures of a director.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect" -eq 1' -fa 'fleet' -d 'Show what directors and real servers say of the same connections.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect" -eq 1' -fa 'export' -d 'Serve the director\'s state as Prometheus metrics.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect" -eq 1' -fa 'record' -d 'Record what changes on a director, as JSON lines.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect" -eq 1' -fa 'replay' -d 'Print a record: what changed on a director, and when.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows" netns' -l 'netns' -d 'Inspect another network namespace.' -rfka '(__ct-inspect_custom_completion ---completion flows -- --netns (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows" capture' -l 'capture' -d 'Read a capture instead of this kernel; needs no privilege.' -rF
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows" connections' -l 'connections' -d 'Read IPVS\'s connections through BPF or /proc; auto: BPF where it is possible.' -rfka 'auto bpf proc'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows" max-read-time' -l 'max-read-time' -d 'Stop reading connections from /proc after this long (60s).' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows" json' -l 'json' -d 'Print JSON (schema ct-inspect/1): one document, or one object per line.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows" color' -l 'color' -d 'Color: auto (on a terminal, unless NO_COLOR is set), always or never.' -rfka 'auto always never'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows" summary' -l 'summary' -d 'One row per service instead of one per flow.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows"' -l 'top' -d 'Count by client, client-service, service, server, state or verdict; print the N (10) most frequent.' -rfka 'client client-service service server state verdict'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows"' -l 'service' -d 'Only flows of this service, e.g. tcp/10.0.0.100:80; may be repeated.' -rfka '(__ct-inspect_custom_completion ---completion flows -- --service (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows"' -l 'verdict' -d 'Only flows with this verdict; may be repeated.' -rfka 'absent never unreplied tracked orphan synced'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows"' -l 'client' -d 'Only flows of this client, e.g. 10.0.0.0/24 or 10.0.0.1:41048; may be repeated.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows" filter' -l 'filter' -d 'What else flows must be; see ct-inspect-filter(7).' -rfka '(__ct-inspect_custom_completion ---completion flows -- --filter (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows" for' -l 'for' -d 'Watch first for this long, e.g. 30s: flows that begin without a NEW event are called never.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows" follow' -l 'follow' -d 'Print flows as they begin or change, until interrupted or --for has elapsed.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows" interval' -l 'interval' -d 'With --follow: how often to read (2s).' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows" buffer' -l 'buffer' -d 'Size of the receive buffer for events, e.g. 64M.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows" version' -l 'version' -d 'Show the version.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect flows" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" netns' -l 'netns' -d 'Inspect another network namespace.' -rfka '(__ct-inspect_custom_completion ---completion watch -- --netns (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" capture' -l 'capture' -d 'Read a capture instead of this kernel; needs no privilege.' -rF
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" record' -l 'record' -d 'Show a director as a record of ct-inspect record tells of it, at any of its moments.' -rF
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" at' -l 'at' -d 'The moment of the record that is shown first (its end); or how long ago.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" tab' -l 'tab' -d 'The initial tab (default: the first).' -rfka 'services servers flows drops table events findings health'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" filter' -l 'filter' -d 'Filter of the initial tab, in the words of its filter line.' -rfka '(__ct-inspect_custom_completion ---completion watch -- --filter (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" sort' -l 'sort' -d 'Column to sort the initial tab by.' -rfka '(__ct-inspect_custom_completion ---completion watch -- --sort (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" reverse' -l 'reverse' -d 'Reverse the sort order.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" columns' -l 'columns' -d 'Columns of the initial tab to show.' -rfka '(__ct-inspect_custom_completion ---completion watch -- --columns (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" no-config' -l 'no-config' -d 'Read no settings, neither the host\'s nor your own.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" no-mouse' -l 'no-mouse' -d 'Leave the mouse to the terminal.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" color' -l 'color' -d 'Color; auto: unless NO_COLOR is set.' -rfka 'auto always never'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" once' -l 'once' -d 'Print one screen as text, and exit.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" observe' -l 'observe' -d 'Observe packets from the start; on a screen, after showing what this adds to the kernel and asking.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" start-tracking' -l 'start-tracking' -d 'Observe even where no rule uses conntrack yet: this activates it while observing.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" interval' -l 'interval' -d 'How often to read (1s); less often if reading takes long.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" connections' -l 'connections' -d 'Read IPVS\'s connections through BPF or /proc; auto: BPF where it is possible.' -rfka 'auto bpf proc'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" max-read-time' -l 'max-read-time' -d 'Stop reading connections from /proc after this long (60s).' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" buffer' -l 'buffer' -d 'Size of the receive buffer for events, e.g. 64M.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" version' -l 'version' -d 'Show the version.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect watch" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect check" netns' -l 'netns' -d 'Inspect another network namespace.' -rfka '(__ct-inspect_custom_completion ---completion check -- --netns (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect check" capture' -l 'capture' -d 'Read a capture instead of this kernel; needs no privilege.' -rF
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect check"' -l 'ruleset' -d 'Check these rules in place of the packet filter. May be repeated.' -rF
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect check" services' -l 'services' -d 'Check these services in place of those of IPVS.' -rF
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect check" json' -l 'json' -d 'Print JSON (schema ct-inspect/1): one document, or one object per line.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect check" color' -l 'color' -d 'Color: auto (on a terminal, unless NO_COLOR is set), always or never.' -rfka 'auto always never'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect check"' -l 'only' -d 'Make only these checks. May be repeated.' -rfka '(__ct-inspect_custom_completion ---completion check -- --only (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect check"' -l 'skip' -d 'Leave these checks out. May be repeated.' -rfka '(__ct-inspect_custom_completion ---completion check -- --skip (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect check" fail-on' -l 'fail-on' -d 'Exit with 1 from this severity on.' -rfka 'info warning error'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect check" for' -l 'for' -d 'Watch for this long, e.g. 30s: count packets, and judge what grows meanwhile.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect check" nagios' -l 'nagios' -d 'Print one line with performance data, and exit as a monitoring plugin does.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect check" list' -l 'list' -d 'List the checks, and read nothing.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect check" version' -l 'version' -d 'Show the version.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect check" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect advise" netns' -l 'netns' -d 'Inspect another network namespace.' -rfka '(__ct-inspect_custom_completion ---completion advise -- --netns (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect advise" capture' -l 'capture' -d 'Read a capture instead of this kernel; needs no privilege.' -rF
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect advise" json' -l 'json' -d 'Print JSON (schema ct-inspect/1): one document, or one object per line.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect advise" color' -l 'color' -d 'Color: auto (on a terminal, unless NO_COLOR is set), always or never.' -rfka 'auto always never'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect advise" commands' -l 'commands' -d 'Print only the commands that apply the fix now, for sh.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect advise" undo' -l 'undo' -d 'With --commands: print those that take it back.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect advise" fix' -l 'fix' -d 'Only this fix; by default the best one.' -rfka 'accept-invalid notrack settings'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect advise" format' -l 'format' -d 'In whose words; by default those of the manager whose rules drop packets.' -rfka 'nft iptables ufw firewalld'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect advise" version' -l 'version' -d 'Show the version.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect advise" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect dump" -eq 1' -fka 'conntrack expect dying unconfirmed'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" netns' -l 'netns' -d 'Inspect another network namespace.' -rfka '(__ct-inspect_custom_completion ---completion dump -- --netns (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" capture' -l 'capture' -d 'Read a capture instead of this kernel; needs no privilege.' -rF
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" json' -l 'json' -d 'Print JSON (schema ct-inspect/1): one document, or one object per line.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" color' -l 'color' -d 'Color: auto (on a terminal, unless NO_COLOR is set), always or never.' -rfka 'auto always never'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" format' -l 'format' -d 'table, json (same as --json) or conntrack (like conntrack -L -o extended).' -rfka 'table json conntrack'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -s 'o' -d 'With --format conntrack: id, labels, ktimestamp; or save alone.' -rfka '(__ct-inspect_custom_completion ---completion dump -- -o (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" get' -l 'get' -d 'Look up the one entry that the filters identify, like conntrack -G.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" count' -l 'count' -d 'Print only the number of entries.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" summary-line' -l 'summary-line' -d 'With --json: end with a line that says how many there were, and whether that is all.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'top' -d 'Count by src, src-dst, dst, dport, reply-src, state or zone; print the N (10) most frequent.' -rfka 'src src-dst dst dport reply-src state zone'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" on-interrupt' -l 'on-interrupt' -d 'If the table changed during the dump: report it, or repeat until complete.' -rfka 'report repeat'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" explain-filter' -l 'explain-filter' -d 'Print which parts of the filter the kernel applies, and why not the others.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'family' -s 'f' -d 'ipv4 or ipv6.' -rfka '(__ct-inspect_custom_completion ---completion dump -- --family (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -s 'p' -l 'protocol' -l 'proto' -d 'Protocol, by name or number: tcp,udp' -rfka '(__ct-inspect_custom_completion ---completion dump -- --protocol (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'src' -s 's' -d 'Source of the original direction.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'dst' -s 'd' -d 'Destination of the original direction.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" mask-src' -l 'mask-src' -d 'The bits of --src that are compared: 255.0.255.0' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" mask-dst' -l 'mask-dst' -d 'The bits of --dst that are compared.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'sport' -d 'Source port of the original direction.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'dport' -d 'Destination port of the original direction: 80,443 1000-2000 \'!22\'' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -s 'r' -l 'reply-src' -d 'Source of the reply direction.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -s 'q' -l 'reply-dst' -d 'Destination of the reply direction.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'reply-sport' -d 'Source port of the reply direction.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'reply-dport' -d 'Destination port of the reply direction.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'icmp-type' -d 'Type of ICMP or ICMPv6, by number: 8,128' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'icmp-code' -d 'Code of ICMP or ICMPv6, by number: 0' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'icmp-id' -d 'Identifier of an echo of ICMP or ICMPv6.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'service' -d 'Protocol, destination and its port combined: tcp/10.0.0.100:80' -rfka '(__ct-inspect_custom_completion ---completion dump -- --service (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'state' -d 'Protocol state: ESTABLISHED,TIME_WAIT' -rfka '(__ct-inspect_custom_completion ---completion dump -- --state (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -s 'u' -l 'status' -d 'Status bits that must all be set: ASSURED,SEEN_REPLY' -rfka '(__ct-inspect_custom_completion ---completion dump -- --status (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'mark' -s 'm' -d 'Mark, optionally with a mask: 0x10/0xff' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -s 'w' -l 'zone' -d 'Zone of both directions.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'orig-zone' -d 'Zone of the original direction only.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'reply-zone' -d 'Zone of the reply direction only.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump"' -l 'label' -s 'l' -d 'Labels that must all be set, by name or number.' -rfka '(__ct-inspect_custom_completion ---completion dump -- --label (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" filter' -l 'filter' -d 'What else entries must be; see ct-inspect-filter(7).' -rfka '(__ct-inspect_custom_completion ---completion dump -- --filter (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" unreplied' -l 'unreplied' -d 'Only one direction seen.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" assured' -l 'assured' -d 'Status ASSURED.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" dying' -l 'dying' -d 'Status DYING.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" offload' -l 'offload' -d 'Offloaded to a flowtable, in software or hardware.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" n src-nat' -s 'n' -l 'src-nat' -d 'With source NAT (to ADDRESS[:PORT], if one follows).'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" dst-nat g' -s 'g' -l 'dst-nat' -d 'With destination NAT (to ADDRESS[:PORT], if one follows).'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" any-nat j' -s 'j' -l 'any-nat' -d 'With source or destination NAT (to ADDRESS[:PORT], if one follows).'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" version' -l 'version' -d 'Show the version.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect dump" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect events" -eq 1' -fka 'conntrack expect'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" kind' -l 'kind' -d 'Kinds to show: new, update, destroy.' -rfka '(__ct-inspect_custom_completion ---completion events -- --kind (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" initial' -l 'initial' -d 'Begin with the entries already in the table.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" buffer' -l 'buffer' -d 'Size of the receive buffer for events, e.g. 64M.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" no-resync' -l 'no-resync' -d 'Do not keep the table in memory (110 to 220 bytes per entry): losses are only reported.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" for' -l 'for' -d 'Stop after this time: 500ms, 30s, 5m, 1h.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" count' -l 'count' -d 'Stop after this many events.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" netns' -l 'netns' -d 'Inspect another network namespace.' -rfka '(__ct-inspect_custom_completion ---completion events -- --netns (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" json' -l 'json' -d 'Print JSON lines (schema ct-inspect/1).'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" format' -l 'format' -d 'text, json (same as --json) or conntrack (like conntrack -E -o extended).' -rfka 'text json conntrack'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -s 'o' -d 'With --format conntrack: id, labels, ktimestamp, timestamp; or save alone.' -rfka '(__ct-inspect_custom_completion ---completion events -- -o (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'family' -s 'f' -d 'ipv4 or ipv6.' -rfka '(__ct-inspect_custom_completion ---completion events -- --family (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -s 'p' -l 'protocol' -l 'proto' -d 'Protocol, by name or number: tcp,udp' -rfka '(__ct-inspect_custom_completion ---completion events -- --protocol (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'src' -s 's' -d 'Source of the original direction.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'dst' -s 'd' -d 'Destination of the original direction.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" mask-src' -l 'mask-src' -d 'The bits of --src that are compared: 255.0.255.0' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" mask-dst' -l 'mask-dst' -d 'The bits of --dst that are compared.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'sport' -d 'Source port of the original direction.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'dport' -d 'Destination port of the original direction: 80,443 1000-2000 \'!22\'' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -s 'r' -l 'reply-src' -d 'Source of the reply direction.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -s 'q' -l 'reply-dst' -d 'Destination of the reply direction.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'reply-sport' -d 'Source port of the reply direction.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'reply-dport' -d 'Destination port of the reply direction.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'icmp-type' -d 'Type of ICMP or ICMPv6, by number: 8,128' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'icmp-code' -d 'Code of ICMP or ICMPv6, by number: 0' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'icmp-id' -d 'Identifier of an echo of ICMP or ICMPv6.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'service' -d 'Protocol, destination and its port combined: tcp/10.0.0.100:80' -rfka '(__ct-inspect_custom_completion ---completion events -- --service (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'state' -d 'Protocol state: ESTABLISHED,TIME_WAIT' -rfka '(__ct-inspect_custom_completion ---completion events -- --state (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -s 'u' -l 'status' -d 'Status bits that must all be set: ASSURED,SEEN_REPLY' -rfka '(__ct-inspect_custom_completion ---completion events -- --status (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'mark' -s 'm' -d 'Mark, optionally with a mask: 0x10/0xff' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -s 'w' -l 'zone' -d 'Zone of both directions.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'orig-zone' -d 'Zone of the original direction only.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'reply-zone' -d 'Zone of the reply direction only.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events"' -l 'label' -s 'l' -d 'Labels that must all be set, by name or number.' -rfka '(__ct-inspect_custom_completion ---completion events -- --label (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" filter' -l 'filter' -d 'What else entries must be; see ct-inspect-filter(7).' -rfka '(__ct-inspect_custom_completion ---completion events -- --filter (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" unreplied' -l 'unreplied' -d 'Only one direction seen.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" assured' -l 'assured' -d 'Status ASSURED.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" dying' -l 'dying' -d 'Status DYING.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" offload' -l 'offload' -d 'Offloaded to a flowtable, in software or hardware.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" n src-nat' -s 'n' -l 'src-nat' -d 'With source NAT (to ADDRESS[:PORT], if one follows).'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" dst-nat g' -s 'g' -l 'dst-nat' -d 'With destination NAT (to ADDRESS[:PORT], if one follows).'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" any-nat j' -s 'j' -l 'any-nat' -d 'With source or destination NAT (to ADDRESS[:PORT], if one follows).'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" version' -l 'version' -d 'Show the version.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect events" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect services" netns' -l 'netns' -d 'Inspect another network namespace.' -rfka '(__ct-inspect_custom_completion ---completion services -- --netns (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect services" capture' -l 'capture' -d 'Read a capture instead of this kernel; needs no privilege.' -rF
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect services" stats' -l 'stats' -d 'Counters of connections, packets and bytes, as ipvsadm -Ln --stats.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect services" rate' -l 'rate' -d 'The same per second, as the kernel estimates them.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect services" thresholds' -l 'thresholds' -d 'Thresholds of connections.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect services" persistent-conn' -l 'persistent-conn' -d 'Connections that templates of persistence hold.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect services" tun-info' -l 'tun-info' -d 'How TUN destinations\' packets are encapsulated.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect services" exact' -l 'exact' -d 'All digits of large numbers, with --stats and --rate.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect services" timeout' -l 'timeout' -d 'Only the timeouts of TCP, of TCP after a FIN, and of UDP, in seconds.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect services" daemon' -l 'daemon' -d 'Only the sync daemons.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect services" json' -l 'json' -d 'Print JSON (schema ct-inspect/1): one document, or one object per line.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect services" color' -l 'color' -d 'Color: auto (on a terminal, unless NO_COLOR is set), always or never.' -rfka 'auto always never'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect services" format o' -s 'o' -l 'format' -d 'table, json (same as --json) or save (like ipvsadm -Sn, for ipvsadm -R).' -rfka 'table json save'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect services"' -l 'service' -d 'Only this service, e.g. tcp/10.0.0.100:80; may be repeated.' -rfka '(__ct-inspect_custom_completion ---completion services -- --service (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect services" filter' -l 'filter' -d 'What else services must be; see ct-inspect-filter(7).' -rfka '(__ct-inspect_custom_completion ---completion services -- --filter (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect services" version' -l 'version' -d 'Show the version.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect services" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect stats" netns' -l 'netns' -d 'Inspect another network namespace.' -rfka '(__ct-inspect_custom_completion ---completion stats -- --netns (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect stats" capture' -l 'capture' -d 'Read a capture instead of this kernel; needs no privilege.' -rF
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect stats" json' -l 'json' -d 'Print JSON (schema ct-inspect/1): one document, or one object per line.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect stats" color' -l 'color' -d 'Color: auto (on a terminal, unless NO_COLOR is set), always or never.' -rfka 'auto always never'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect stats" interval' -l 'interval' -d 'Print again after each DURATION with rates, until interrupted.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect stats" count' -l 'count' -d 'Stop after N blocks; the first shows totals.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect stats" verbose' -l 'verbose' -d 'Explain each counter.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect stats" version' -l 'version' -d 'Show the version.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect stats" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe"' -l 'service' -d 'Only packets of this service, e.g. tcp/10.0.0.100:80; may be repeated.' -rfka '(__ct-inspect_custom_completion ---completion observe -- --service (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe"' -l 'vip' -d 'Observe this address too, with or without IPVS, e.g. 10.0.0.100:80; may be repeated.' -rfka '(__ct-inspect_custom_completion ---completion observe -- --vip (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe" for' -l 'for' -d 'Stop after this time (default: at Ctrl-C): 500ms, 30s, 5m, 1h.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe" interval' -l 'interval' -d 'How often to read the counters (1s); with --json, print a document each time.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe" filter' -l 'filter' -d 'Show only what matches, of all that is counted; see ct-inspect-filter(7).' -rfka '(__ct-inspect_custom_completion ---completion observe -- --filter (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe" trace' -l 'trace' -d 'Trace packets of every ctstate from the start, or none.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe" no-trace' -l 'no-trace' -d 'Trace packets of every ctstate from the start, or none.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe" trace-rate' -l 'trace-rate' -d 'Trace at most N packets per second.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe" samples' -l 'samples' -d 'Show N packets of each class and ctstate.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe" start-tracking' -l 'start-tracking' -d 'Observe even where no rule uses conntrack yet: this activates it while running.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe" netns' -l 'netns' -d 'Inspect another network namespace.' -rfka '(__ct-inspect_custom_completion ---completion observe -- --netns (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe" connections' -l 'connections' -d 'Read IPVS\'s connections through BPF or /proc; auto: BPF where it is possible.' -rfka 'auto bpf proc'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe" max-read-time' -l 'max-read-time' -d 'Stop reading connections from /proc after this long (60s).' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe" json' -l 'json' -d 'Print JSON (schema ct-inspect/1): one document, or one object per line.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe" color' -l 'color' -d 'Color: auto (on a terminal, unless NO_COLOR is set), always or never.' -rfka 'auto always never'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe" version' -l 'version' -d 'Show the version.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect observe" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" proto protocol' -l 'proto' -l 'protocol' -d 'Protocol, by name or number: tcp (default), udp, icmp, icmpv6, sctp, dccp or other.' -rfka 'tcp udp sctp dccp icmp icmpv6'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" flags' -l 'flags' -d 'TCP flags: FIN,ACK or FIN+ACK, none, tcpdump\'s F. or S, or 0x11.' -rfka '(__ct-inspect_custom_completion ---completion explain -- --flags (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" icmp-type' -l 'icmp-type' -d 'ICMP or ICMPv6 type, by nftables or iptables name, or number: destination-unreachable' -rfka '(__ct-inspect_custom_completion ---completion explain -- --icmp-type (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" chunk' -l 'chunk' -d 'SCTP chunks, by nftables name or number: cookie-echo,data' -rfka '(__ct-inspect_custom_completion ---completion explain -- --chunk (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" dccp-type' -l 'dccp-type' -d 'DCCP type, by nftables name or number: request' -rfka '(__ct-inspect_custom_completion ---completion explain -- --dccp-type (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" init-tag' -l 'init-tag' -d 'Tag that an SCTP init or init-ack asks for: that of its entry (default), or another.' -rfka 'own other'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" window' -l 'window' -d 'Whether a TCP segment is inside the window of its entry (default), or outside.' -rfka 'inside outside'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" checksum' -l 'checksum' -d 'Whether the packet\'s checksum is good (default) or bad.' -rfka 'good bad'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" entry' -l 'entry' -d 'State of the packet\'s entry: none (default), syn-sent, established, etc.; unreplied or replied for protocols without states.' -rfka 'none unreplied replied syn-sent syn-recv established fin-wait close-wait last-ack time-wait close syn-sent2 closed cookie-wait cookie-echoed shutdown-sent shutdown-recd shutdown-ack-sent heartbeat-sent request respond partopen open closereq closing timewait'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" unreplied' -l 'unreplied' -d 'The entry has seen no reply; the default for syn-sent, closed, heartbeat-sent and request.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" replied' -l 'replied' -d 'The entry has seen a reply; the default for other states.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" direction' -l 'direction' -d 'original: from a client to the VIP; reply: from the real server to the client.' -rfka 'original reply'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" method' -l 'method' -d 'How IPVS forwards: dr (default), tun, nat, local or bypass.' -rfka 'dr tun nat local bypass'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" service' -l 'service' -d 'Use this service\'s forwarding method, e.g. tcp/10.0.0.100:80.' -rfka '(__ct-inspect_custom_completion ---completion explain -- --service (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" tcp-loose' -l 'tcp-loose' -d 'net.netfilter.nf_conntrack_tcp_loose, instead of this host\'s.' -rfka '0 1'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" be-liberal' -l 'be-liberal' -d 'net.netfilter.nf_conntrack_tcp_be_liberal, instead of this host\'s.' -rfka '0 1'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" vs-conntrack' -l 'vs-conntrack' -d 'net.ipv4.vs.conntrack, instead of this host\'s.' -rfka '0 1'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" sloppy-tcp' -l 'sloppy-tcp' -d 'net.ipv4.vs.sloppy_tcp, instead of this host\'s.' -rfka '0 1'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" sloppy-sctp' -l 'sloppy-sctp' -d 'net.ipv4.vs.sloppy_sctp, instead of this host\'s.' -rfka '0 1'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" conn-reuse-mode' -l 'conn-reuse-mode' -d 'net.ipv4.vs.conn_reuse_mode, instead of this host\'s.' -rfka '0 1 2 3'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" expire-nodest-conn' -l 'expire-nodest-conn' -d 'net.ipv4.vs.expire_nodest_conn, instead of this host\'s.' -rfka '0 1'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" schedule-icmp' -l 'schedule-icmp' -d 'net.ipv4.vs.schedule_icmp, instead of this host\'s.' -rfka '0 1'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" connection' -l 'connection' -d 'What IPVS has for the packet: none, present, or for TCP a state such as established.' -rfka 'none present syn-sent syn-recv established fin-wait time-wait close close-wait'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" destination' -l 'destination' -d 'Destination of that connection, or the service\'s only one: available (default), quiesced (weight 0) or gone.' -rfka 'available quiesced gone'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" netns' -l 'netns' -d 'Inspect another network namespace.' -rfka '(__ct-inspect_custom_completion ---completion explain -- --netns (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" capture' -l 'capture' -d 'Read a capture instead of this kernel; needs no privilege.' -rF
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" json' -l 'json' -d 'Print JSON (schema ct-inspect/1): one document, or one object per line.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" color' -l 'color' -d 'Color: auto (on a terminal, unless NO_COLOR is set), always or never.' -rfka 'auto always never'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" version' -l 'version' -d 'Show the version.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect explain" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect capture" -eq 1' -fa '(__ct-inspect_complete_directories)'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect capture" no-ruleset' -l 'no-ruleset' -d 'Leave out the rules of the packet filter.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect capture" anonymize' -l 'anonymize' -d 'Replace addresses, names and comments, so that strangers can read it.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect capture" key' -l 'key' -d 'Replace them as this key says, which is made if there is no such file. It stays with you.' -rF
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect capture" netns' -l 'netns' -d 'Inspect another network namespace.' -rfka '(__ct-inspect_custom_completion ---completion capture -- --netns (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect capture" capture' -l 'capture' -d 'Read a capture instead of this kernel; needs no privilege.' -rF
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect capture" connections' -l 'connections' -d 'Read IPVS\'s connections through BPF or /proc; auto: BPF where it is possible.' -rfka 'auto bpf proc'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect capture" max-read-time' -l 'max-read-time' -d 'Stop reading connections from /proc after this long (60s).' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect capture" json' -l 'json' -d 'Print JSON (schema ct-inspect/1): one document, or one object per line.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect capture" color' -l 'color' -d 'Color: auto (on a terminal, unless NO_COLOR is set), always or never.' -rfka 'auto always never'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect capture" version' -l 'version' -d 'Show the version.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect capture" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect diff" -eq 1' -F
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect diff" -eq 2' -F
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect diff" json' -l 'json' -d 'Print JSON (schema ct-inspect/1): one document, or one object per line.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect diff" color' -l 'color' -d 'Color: auto (on a terminal, unless NO_COLOR is set), always or never.' -rfka 'auto always never'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect diff" version' -l 'version' -d 'Show the version.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect diff" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect fleet" -ge 1' -F
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect fleet" json' -l 'json' -d 'Print JSON (schema ct-inspect/1): one document, or one object per line.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect fleet" color' -l 'color' -d 'Color: auto (on a terminal, unless NO_COLOR is set), always or never.' -rfka 'auto always never'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect fleet" version' -l 'version' -d 'Show the version.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect fleet" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect export"' -l 'listen' -d 'Listen here (127.0.0.1:9836); :PORT is every address; may be repeated.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect export" textfile' -l 'textfile' -d 'Write this file, for node_exporter\'s textfile collector, and listen only where --listen says.' -rF
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect export" once' -l 'once' -d 'Read once, write the file or standard output, and exit.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect export"' -l 'netns' -d 'Read another network namespace; may be repeated: each metric is labelled with it.' -rfka '(__ct-inspect_custom_completion ---completion export -- --netns (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect export" capture' -l 'capture' -d 'Read a capture instead of this kernel, once; needs no privilege.' -rF
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect export" collectors' -l 'collectors' -d 'Only these: conntrack, ipvs, flows, check.' -rfka '(__ct-inspect_custom_completion ---completion export -- --collectors (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect export" observe' -l 'observe' -d 'Count packets and drops in the kernel, too, as ct-inspect observe does.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect export" interval' -l 'interval' -d 'How often to read counters.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect export" flows-every' -l 'flows-every' -d 'How often to read connections and entries.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect export" check-every' -l 'check-every' -d 'How often to make the checks.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect export" connections' -l 'connections' -d 'Read IPVS\'s connections through BPF or /proc; auto: BPF where it is possible.' -rfka 'auto bpf proc'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect export" max-read-time' -l 'max-read-time' -d 'Stop reading connections from /proc after this long (60s).' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect export" labels' -l 'labels' -d 'Metrics of IPVS by real server (backend), or summed by service.' -rfka 'service backend'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect export" max-series' -l 'max-series' -d 'At most this many series: larger metrics are left out as a whole.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect export" list' -l 'list' -d 'Print the name, type and meaning of every metric, and exit.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect export" version' -l 'version' -d 'Show the version.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect export" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect record" to' -l 'to' -d 'A directory for the record, made if it is missing, or - for standard output.' -rfa '(__ct-inspect_complete_directories)'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect record" segment-size' -l 'segment-size' -d 'Begin another segment before one gets larger than this.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect record" segment-age' -l 'segment-age' -d 'Begin another segment when one gets older than this.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect record" keep-segments' -l 'keep-segments' -d 'Remove the oldest segments, so that at most N ended ones remain.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect record" keep-bytes' -l 'keep-bytes' -d 'Remove the oldest segments, so that all take at most this much of the disk.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect record" no-compression' -l 'no-compression' -d 'Do not compress segments that have ended.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect record" for' -l 'for' -d 'Stop after this time (default: at Ctrl-C): 30s, 5m, 1h.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect record" interval' -l 'interval' -d 'How often to read; less often if reading takes long.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect record" observe' -l 'observe' -d 'Count packets and drops in the kernel, too, as ct-inspect observe does.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect record" netns' -l 'netns' -d 'Inspect another network namespace.' -rfka '(__ct-inspect_custom_completion ---completion record -- --netns (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect record" capture' -l 'capture' -d 'Read a capture instead of this kernel; needs no privilege.' -rF
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect record" connections' -l 'connections' -d 'Read IPVS\'s connections through BPF or /proc; auto: BPF where it is possible.' -rfka 'auto bpf proc'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect record" max-read-time' -l 'max-read-time' -d 'Stop reading connections from /proc after this long (60s).' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect record" buffer' -l 'buffer' -d 'Size of the receive buffer for events, e.g. 64M.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect record" version' -l 'version' -d 'Show the version.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect record" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect replay" -ge 1' -F
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect replay" since' -l 'since' -d 'Only what came then or later; or how long ago: 2h.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect replay" until' -l 'until' -d 'Only what came before.' -rfka ''
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect replay" filter' -l 'filter' -d 'Only lines that match; see ct-inspect-filter(7).' -rfka '(__ct-inspect_custom_completion ---completion replay -- --filter (count (__ct-inspect_tokens -pc)) (__ct-inspect_tokens -tC))'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect replay" json' -l 'json' -d 'Print the lines as they were recorded.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect replay" version' -l 'version' -d 'Show the version.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect replay" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_flags_or_options "ct-inspect help" version' -l 'version' -d 'Show the version.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect help" -eq 1' -fa 'flows' -d 'Show which IPVS connections have no conntrack entry, and why.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect help" -eq 1' -fa 'watch' -d 'Watch a director live: services, servers, flows, drops, findings.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect help" -eq 1' -fa 'check' -d 'Find what is wrong with a director before traffic does.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect help" -eq 1' -fa 'advise' -d 'Print the fix for this director, proven with its own packet filter.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect help" -eq 1' -fa 'dump' -d 'List the conntrack table, like conntrack -L.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect help" -eq 1' -fa 'events' -d 'Follow conntrack events, and report lost ones.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect help" -eq 1' -fa 'services' -d 'List IPVS services and their destinations, like ipvsadm -Ln.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect help" -eq 1' -fa 'stats' -d 'Show how full the conntrack table is, and what is wrong with it.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect help" -eq 1' -fa 'observe' -d 'Count ctstates at each hook, and name the rule that drops.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect help" -eq 1' -fa 'explain' -d 'Predict a packet\'s ctstate on a director, hook by hook.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect help" -eq 1' -fa 'capture' -d 'Save the kernel\'s state, to be read anywhere.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect help" -eq 1' -fa 'diff' -d 'Show what differs between two captures of a director.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect help" -eq 1' -fa 'fleet' -d 'Show what directors and real servers say of the same connections.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect help" -eq 1' -fa 'export' -d 'Serve the director\'s state as Prometheus metrics.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect help" -eq 1' -fa 'record' -d 'Record what changes on a director, as JSON lines.'
complete -c 'ct-inspect' -n '__ct-inspect_should_offer_completions_for_positional "ct-inspect help" -eq 1' -fa 'replay' -d 'Print a record: what changed on a director, and when.'
