#!/bin/bash

__ct-inspect_cursor_index_in_current_word() {
    local remaining="${COMP_LINE}"

    local word
    for word in "${COMP_WORDS[@]::COMP_CWORD}"; do
        remaining="${remaining##*([[:space:]])"${word}"*([[:space:]])}"
    done

    local -ir index="$((COMP_POINT - ${#COMP_LINE} + ${#remaining}))"
    if [[ "${index}" -le 0 ]]; then
        printf 0
    else
        printf %s "${index}"
    fi
}

# positional arguments:
#
# - 1: the current (sub)command's count of positional arguments
#
# required variables:
#
# - repeating_flags: the repeating flags that the current (sub)command can accept
# - non_repeating_flags: the non-repeating flags that the current (sub)command can accept
# - repeating_options: the repeating options that the current (sub)command can accept
# - non_repeating_options: the non-repeating options that the current (sub)command can accept
# - positional_number: value ignored
# - unparsed_words: unparsed words from the current command line
#
# modified variables:
#
# - non_repeating_flags: remove flags for this (sub)command that are already on the command line
# - non_repeating_options: remove options for this (sub)command that are already on the command line
# - positional_number: set to the current positional number
# - unparsed_words: remove all flags, options, and option values for this (sub)command
__ct-inspect_offer_flags_options() {
    local -ir positional_count="${1}"
    positional_number=0

    local was_flag_option_terminator_seen=false
    local is_parsing_option_value=false

    local -ar unparsed_word_indices=("${!unparsed_words[@]}")
    local -i word_index
    for word_index in "${unparsed_word_indices[@]}"; do
        if "${is_parsing_option_value}"; then
            # This word is an option value:
            # Reset marker for next word iff not currently the last word
            [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]] && is_parsing_option_value=false
            unset "unparsed_words[${word_index}]"
            # Do not process this word as a flag or an option
            continue
        fi

        local word="${unparsed_words["${word_index}"]}"
        if ! "${was_flag_option_terminator_seen}"; then
            case "${word}" in
            --)
                unset "unparsed_words[${word_index}]"
                # by itself -- is a flag/option terminator, but if it is the last word, it is the start of a completion
                if [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]]; then
                    was_flag_option_terminator_seen=true
                fi
                continue
                ;;
            -*)
                # ${word} is a flag or an option
                # If ${word} is an option, mark that the next word to be parsed is an option value
                local option
                for option in "${repeating_options[@]}" "${non_repeating_options[@]}"; do
                    [[ "${word}" = "${option}" ]] && is_parsing_option_value=true && break
                done

                # Remove ${word} from ${non_repeating_flags} or ${non_repeating_options} so it isn't offered again
                local not_found=true
                local -i index
                for index in "${!non_repeating_flags[@]}"; do
                    if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                        unset "non_repeating_flags[${index}]"
                        non_repeating_flags=("${non_repeating_flags[@]}")
                        not_found=false
                        break
                    fi
                done
                if "${not_found}"; then
                    for index in "${!non_repeating_flags[@]}"; do
                        if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                            unset "non_repeating_flags[${index}]"
                            non_repeating_flags=("${non_repeating_flags[@]}")
                            break
                        fi
                    done
                fi
                unset "unparsed_words[${word_index}]"
                continue
                ;;
            esac
        fi

        # ${word} is neither a flag, nor an option, nor an option value
        if [[ "${positional_number}" -lt "${positional_count}" || "${positional_count}" -lt 0 ]]; then
            # ${word} is a positional
            ((positional_number++))
            unset "unparsed_words[${word_index}]"
        else
            if [[ -z "${word}" ]]; then
                # Could be completing a flag, option, or subcommand
                positional_number=-1
            else
                # ${word} is a subcommand or invalid, so stop processing this (sub)command
                positional_number=-2
            fi
            break
        fi
    done

    unparsed_words=("${unparsed_words[@]}")

    if\
        ! "${was_flag_option_terminator_seen}"\
        && ! "${is_parsing_option_value}"\
        && [[ ("${cur}" = -* && "${positional_number}" -ge 0) || "${positional_number}" -eq -1 ]]
    then
        COMPREPLY+=($(compgen -W "${repeating_flags[*]} ${non_repeating_flags[*]} ${repeating_options[*]} ${non_repeating_options[*]}" -- "${cur}"))
    fi
}

__ct-inspect_add_completions() {
    local completion
    while IFS='' read -r completion; do
        COMPREPLY+=("${completion}")
    done < <(IFS=$'\n' compgen "${@}" -- "${cur}")
}

__ct-inspect_custom_complete() {
    if [[ -n "${cur}" || -z ${COMP_WORDS[${COMP_CWORD}]} || "${COMP_LINE:${COMP_POINT}:1}" != ' ' ]]; then
        local -ar words=("${COMP_WORDS[@]}")
    else
        local -ar words=("${COMP_WORDS[@]::${COMP_CWORD}}" '' "${COMP_WORDS[@]:${COMP_CWORD}}")
    fi

    "${COMP_WORDS[0]}" "${@}" "${words[@]}" 2>/dev/null
}

# Readline breaks words at : and =. Joins the pieces that no blank separates, but for the = of --option=value; and names flows, the
# default command, where the first word is an option. The arguments of a completion function are of no use: sudo's passes others.
#
# modified variables: COMP_WORDS, COMP_CWORD
#
# set variable: replaced, what readline puts an answer in the place of: neither a break nor a quote before it
__ct-inspect_join_words() {
    local rest="${COMP_LINE}" piece before
    local -a joined=()
    local -i index length position=0
    for index in "${!COMP_WORDS[@]}"; do
        piece="${COMP_WORDS[${index}]}"
        before="${rest%%"${piece}"*}"
        [[ -z "${piece}" ]] && before="${rest%%[^[:space:]]*}"
        rest="${rest#"${before}${piece}"}"
        if [[ "${index}" -eq "${COMP_CWORD}" ]]; then
            length="$((${#piece} + ${#rest} + COMP_POINT - ${#COMP_LINE}))"
            if [[ "${length}" -le 0 && -n "${piece}" ]]; then
                # Between two words, the latter of which bash takes for that at the cursor.
                replaced=""
                position="${#joined[@]}"
                joined+=("" "${piece}")
                continue
            fi
            piece="${piece:0:${length}}"
            piece="${piece#[\"\']}"
            replaced="${piece##[:=]*}"
        fi
        if [[ "${index}" -eq 0 || "${before}" = *[[:space:]]* ]]; then
            joined+=("${piece}")
        elif [[ "${piece}" = = && "${joined[-1]}" = --* ]]; then
            joined+=("")
        else
            joined[-1]+="${piece}"
        fi
        [[ "${index}" -eq "${COMP_CWORD}" ]] && position="$((${#joined[@]} - 1))"
    done
    if [[ "${joined[1]-}" = -* ]]; then
        joined=("${joined[0]}" flows "${joined[@]:1}")
        ((position++))
    fi
    COMP_WORDS=("${joined[@]}")
    COMP_CWORD="${position}"
}

_ct-inspect() {
    local state
    state="$(shopt -p;shopt -po)"
    trap "${state//$'\n'/;}" RETURN
    shopt -s extglob
    set +o history +o posix

    local -xr SAP_SHELL=bash
    local -x SAP_SHELL_VERSION
    SAP_SHELL_VERSION="$(IFS='.';printf %s "${BASH_VERSINFO[*]}")"
    local -r SAP_SHELL_VERSION

    local replaced
    __ct-inspect_join_words
    local -r cur="${COMP_WORDS[${COMP_CWORD}]}"
    local -r prev="${COMP_WORDS[$((COMP_CWORD - 1))]}"

    local -i positional_number
    local -a unparsed_words=("${COMP_WORDS[@]:1:${COMP_CWORD}}")

    local -a repeating_flags=()
    local -a non_repeating_flags=(--version -h --help)
    local -a repeating_options=()
    local -a non_repeating_options=()
    __ct-inspect_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    flows|watch|check|advise|dump|events|services|stats|observe|explain|capture|diff|fleet|export|record|replay|help)
        # Offer subcommand argument completions
        "_ct-inspect_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'flows watch check advise dump events services stats observe explain capture diff fleet export record replay help' -- "${cur}"))
        ;;
    esac

    # Readline puts an answer in the place of the last piece only.
    local -ir length="$((${#cur} - ${#replaced}))"
    [[ "${length}" -gt 0 ]] && COMPREPLY=("${COMPREPLY[@]#"${cur:0:${length}}"}")
    # A ! without its backslash would be an event of the history.
    [[ "${cur}" = '\!'* ]] && COMPREPLY=("${COMPREPLY[@]/#\!/\\!}")
    [[ "${#COMPREPLY[@]}" -gt 0 && "${COMPREPLY[0]}" = *= ]] && compopt -o nospace
    return 0
}

_ct-inspect_flows() {
    repeating_flags=()
    non_repeating_flags=(--json --summary --follow --version -h --help)
    repeating_options=(--top --service --verdict --client)
    non_repeating_options=(--netns --capture --connections --max-read-time --color --filter --for --interval --buffer)
    __ct-inspect_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--netns')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion flows -- --netns "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--capture')
        compopt -o filenames
        __ct-inspect_add_completions -f
        return
        ;;
    '--connections')
        __ct-inspect_add_completions -W 'auto'$'\n''bpf'$'\n''proc'
        return
        ;;
    '--max-read-time')
        return
        ;;
    '--color')
        __ct-inspect_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    '--top')
        __ct-inspect_add_completions -W 'client'$'\n''client-service'$'\n''service'$'\n''server'$'\n''state'$'\n''verdict'
        return
        ;;
    '--service')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion flows -- --service "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--verdict')
        __ct-inspect_add_completions -W 'absent'$'\n''never'$'\n''unreplied'$'\n''tracked'$'\n''orphan'$'\n''synced'
        return
        ;;
    '--client')
        return
        ;;
    '--filter')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion flows -- --filter "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--for')
        return
        ;;
    '--interval')
        return
        ;;
    '--buffer')
        return
        ;;
    esac
}

_ct-inspect_watch() {
    repeating_flags=()
    non_repeating_flags=(--reverse --no-config --no-mouse --once --observe --start-tracking --version -h --help)
    repeating_options=()
    non_repeating_options=(--netns --capture --record --at --tab --filter --sort --columns --color --interval --connections --max-read-time --buffer)
    __ct-inspect_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--netns')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion watch -- --netns "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--capture')
        compopt -o filenames
        __ct-inspect_add_completions -f
        return
        ;;
    '--record')
        compopt -o filenames
        __ct-inspect_add_completions -f
        return
        ;;
    '--at')
        return
        ;;
    '--tab')
        __ct-inspect_add_completions -W 'services'$'\n''servers'$'\n''flows'$'\n''drops'$'\n''table'$'\n''events'$'\n''findings'$'\n''health'
        return
        ;;
    '--filter')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion watch -- --filter "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--sort')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion watch -- --sort "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--columns')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion watch -- --columns "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--color')
        __ct-inspect_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    '--interval')
        return
        ;;
    '--connections')
        __ct-inspect_add_completions -W 'auto'$'\n''bpf'$'\n''proc'
        return
        ;;
    '--max-read-time')
        return
        ;;
    '--buffer')
        return
        ;;
    esac
}

_ct-inspect_check() {
    repeating_flags=()
    non_repeating_flags=(--json --nagios --list --version -h --help)
    repeating_options=(--ruleset --only --skip)
    non_repeating_options=(--netns --capture --services --color --fail-on --for)
    __ct-inspect_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--netns')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion check -- --netns "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--capture')
        compopt -o filenames
        __ct-inspect_add_completions -f
        return
        ;;
    '--ruleset')
        compopt -o filenames
        __ct-inspect_add_completions -f
        return
        ;;
    '--services')
        compopt -o filenames
        __ct-inspect_add_completions -f
        return
        ;;
    '--color')
        __ct-inspect_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    '--only')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion check -- --only "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--skip')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion check -- --skip "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--fail-on')
        __ct-inspect_add_completions -W 'info'$'\n''warning'$'\n''error'
        return
        ;;
    '--for')
        return
        ;;
    esac
}

_ct-inspect_advise() {
    repeating_flags=()
    non_repeating_flags=(--json --commands --undo --version -h --help)
    repeating_options=()
    non_repeating_options=(--netns --capture --color --fix --format)
    __ct-inspect_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--netns')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion advise -- --netns "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--capture')
        compopt -o filenames
        __ct-inspect_add_completions -f
        return
        ;;
    '--color')
        __ct-inspect_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    '--fix')
        __ct-inspect_add_completions -W 'accept-invalid'$'\n''notrack'$'\n''settings'
        return
        ;;
    '--format')
        __ct-inspect_add_completions -W 'nft'$'\n''iptables'$'\n''ufw'$'\n''firewalld'
        return
        ;;
    esac
}

_ct-inspect_dump() {
    repeating_flags=()
    non_repeating_flags=(--json --get --count --summary-line --explain-filter --unreplied --assured --dying --offload -n --src-nat -g --dst-nat -j --any-nat --version -h --help)
    repeating_options=(-o --top --family -f -p --protocol --proto --src -s --dst -d --sport --dport -r --reply-src -q --reply-dst --reply-sport --reply-dport --icmp-type --icmp-code --icmp-id --service --state -u --status --mark -m -w --zone --orig-zone --reply-zone --label -l)
    non_repeating_options=(--netns --capture --color --format --on-interrupt --mask-src --mask-dst --filter)
    __ct-inspect_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--netns')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion dump -- --netns "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--capture')
        compopt -o filenames
        __ct-inspect_add_completions -f
        return
        ;;
    '--color')
        __ct-inspect_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    '--format')
        __ct-inspect_add_completions -W 'table'$'\n''json'$'\n''conntrack'
        return
        ;;
    '-o')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion dump -- -o "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--top')
        __ct-inspect_add_completions -W 'src'$'\n''src-dst'$'\n''dst'$'\n''dport'$'\n''reply-src'$'\n''state'$'\n''zone'
        return
        ;;
    '--on-interrupt')
        __ct-inspect_add_completions -W 'report'$'\n''repeat'
        return
        ;;
    '--family'|'-f')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion dump -- --family "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '-p'|'--protocol'|'--proto')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion dump -- --protocol "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--src'|'-s')
        return
        ;;
    '--dst'|'-d')
        return
        ;;
    '--mask-src')
        return
        ;;
    '--mask-dst')
        return
        ;;
    '--sport')
        return
        ;;
    '--dport')
        return
        ;;
    '-r'|'--reply-src')
        return
        ;;
    '-q'|'--reply-dst')
        return
        ;;
    '--reply-sport')
        return
        ;;
    '--reply-dport')
        return
        ;;
    '--icmp-type')
        return
        ;;
    '--icmp-code')
        return
        ;;
    '--icmp-id')
        return
        ;;
    '--service')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion dump -- --service "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--state')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion dump -- --state "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '-u'|'--status')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion dump -- --status "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--mark'|'-m')
        return
        ;;
    '-w'|'--zone')
        return
        ;;
    '--orig-zone')
        return
        ;;
    '--reply-zone')
        return
        ;;
    '--label'|'-l')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion dump -- --label "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--filter')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion dump -- --filter "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __ct-inspect_add_completions -W 'conntrack'$'\n''expect'$'\n''dying'$'\n''unconfirmed'
        return
        ;;
    esac
}

_ct-inspect_events() {
    repeating_flags=()
    non_repeating_flags=(--initial --no-resync --json --unreplied --assured --dying --offload -n --src-nat -g --dst-nat -j --any-nat --version -h --help)
    repeating_options=(-o --family -f -p --protocol --proto --src -s --dst -d --sport --dport -r --reply-src -q --reply-dst --reply-sport --reply-dport --icmp-type --icmp-code --icmp-id --service --state -u --status --mark -m -w --zone --orig-zone --reply-zone --label -l)
    non_repeating_options=(--kind --buffer --for --count --netns --format --mask-src --mask-dst --filter)
    __ct-inspect_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--kind')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion events -- --kind "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--buffer')
        return
        ;;
    '--for')
        return
        ;;
    '--count')
        return
        ;;
    '--netns')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion events -- --netns "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--format')
        __ct-inspect_add_completions -W 'text'$'\n''json'$'\n''conntrack'
        return
        ;;
    '-o')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion events -- -o "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--family'|'-f')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion events -- --family "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '-p'|'--protocol'|'--proto')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion events -- --protocol "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--src'|'-s')
        return
        ;;
    '--dst'|'-d')
        return
        ;;
    '--mask-src')
        return
        ;;
    '--mask-dst')
        return
        ;;
    '--sport')
        return
        ;;
    '--dport')
        return
        ;;
    '-r'|'--reply-src')
        return
        ;;
    '-q'|'--reply-dst')
        return
        ;;
    '--reply-sport')
        return
        ;;
    '--reply-dport')
        return
        ;;
    '--icmp-type')
        return
        ;;
    '--icmp-code')
        return
        ;;
    '--icmp-id')
        return
        ;;
    '--service')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion events -- --service "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--state')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion events -- --state "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '-u'|'--status')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion events -- --status "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--mark'|'-m')
        return
        ;;
    '-w'|'--zone')
        return
        ;;
    '--orig-zone')
        return
        ;;
    '--reply-zone')
        return
        ;;
    '--label'|'-l')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion events -- --label "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--filter')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion events -- --filter "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __ct-inspect_add_completions -W 'conntrack'$'\n''expect'
        return
        ;;
    esac
}

_ct-inspect_services() {
    repeating_flags=()
    non_repeating_flags=(--stats --rate --thresholds --persistent-conn --tun-info --exact --timeout --daemon --json --version -h --help)
    repeating_options=(--service)
    non_repeating_options=(--netns --capture --color -o --format --filter)
    __ct-inspect_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--netns')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion services -- --netns "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--capture')
        compopt -o filenames
        __ct-inspect_add_completions -f
        return
        ;;
    '--color')
        __ct-inspect_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    '-o'|'--format')
        __ct-inspect_add_completions -W 'table'$'\n''json'$'\n''save'
        return
        ;;
    '--service')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion services -- --service "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--filter')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion services -- --filter "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    esac
}

_ct-inspect_stats() {
    repeating_flags=()
    non_repeating_flags=(--json --verbose --version -h --help)
    repeating_options=()
    non_repeating_options=(--netns --capture --color --interval --count)
    __ct-inspect_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--netns')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion stats -- --netns "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--capture')
        compopt -o filenames
        __ct-inspect_add_completions -f
        return
        ;;
    '--color')
        __ct-inspect_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    '--interval')
        return
        ;;
    '--count')
        return
        ;;
    esac
}

_ct-inspect_observe() {
    repeating_flags=()
    non_repeating_flags=(--trace --no-trace --start-tracking --json --version -h --help)
    repeating_options=(--service --vip)
    non_repeating_options=(--for --interval --filter --trace-rate --samples --netns --connections --max-read-time --color)
    __ct-inspect_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--service')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion observe -- --service "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--vip')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion observe -- --vip "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--for')
        return
        ;;
    '--interval')
        return
        ;;
    '--filter')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion observe -- --filter "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--trace-rate')
        return
        ;;
    '--samples')
        return
        ;;
    '--netns')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion observe -- --netns "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--connections')
        __ct-inspect_add_completions -W 'auto'$'\n''bpf'$'\n''proc'
        return
        ;;
    '--max-read-time')
        return
        ;;
    '--color')
        __ct-inspect_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_ct-inspect_explain() {
    repeating_flags=()
    non_repeating_flags=(--unreplied --replied --json --version -h --help)
    repeating_options=()
    non_repeating_options=(--proto --protocol --flags --icmp-type --chunk --dccp-type --init-tag --window --checksum --entry --direction --method --service --tcp-loose --be-liberal --vs-conntrack --sloppy-tcp --sloppy-sctp --conn-reuse-mode --expire-nodest-conn --schedule-icmp --connection --destination --netns --capture --color)
    __ct-inspect_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--proto'|'--protocol')
        __ct-inspect_add_completions -W 'tcp'$'\n''udp'$'\n''sctp'$'\n''dccp'$'\n''icmp'$'\n''icmpv6'
        return
        ;;
    '--flags')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion explain -- --flags "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--icmp-type')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion explain -- --icmp-type "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--chunk')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion explain -- --chunk "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--dccp-type')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion explain -- --dccp-type "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--init-tag')
        __ct-inspect_add_completions -W 'own'$'\n''other'
        return
        ;;
    '--window')
        __ct-inspect_add_completions -W 'inside'$'\n''outside'
        return
        ;;
    '--checksum')
        __ct-inspect_add_completions -W 'good'$'\n''bad'
        return
        ;;
    '--entry')
        __ct-inspect_add_completions -W 'none'$'\n''unreplied'$'\n''replied'$'\n''syn-sent'$'\n''syn-recv'$'\n''established'$'\n''fin-wait'$'\n''close-wait'$'\n''last-ack'$'\n''time-wait'$'\n''close'$'\n''syn-sent2'$'\n''closed'$'\n''cookie-wait'$'\n''cookie-echoed'$'\n''shutdown-sent'$'\n''shutdown-recd'$'\n''shutdown-ack-sent'$'\n''heartbeat-sent'$'\n''request'$'\n''respond'$'\n''partopen'$'\n''open'$'\n''closereq'$'\n''closing'$'\n''timewait'
        return
        ;;
    '--direction')
        __ct-inspect_add_completions -W 'original'$'\n''reply'
        return
        ;;
    '--method')
        __ct-inspect_add_completions -W 'dr'$'\n''tun'$'\n''nat'$'\n''local'$'\n''bypass'
        return
        ;;
    '--service')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion explain -- --service "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--tcp-loose')
        __ct-inspect_add_completions -W '0'$'\n''1'
        return
        ;;
    '--be-liberal')
        __ct-inspect_add_completions -W '0'$'\n''1'
        return
        ;;
    '--vs-conntrack')
        __ct-inspect_add_completions -W '0'$'\n''1'
        return
        ;;
    '--sloppy-tcp')
        __ct-inspect_add_completions -W '0'$'\n''1'
        return
        ;;
    '--sloppy-sctp')
        __ct-inspect_add_completions -W '0'$'\n''1'
        return
        ;;
    '--conn-reuse-mode')
        __ct-inspect_add_completions -W '0'$'\n''1'$'\n''2'$'\n''3'
        return
        ;;
    '--expire-nodest-conn')
        __ct-inspect_add_completions -W '0'$'\n''1'
        return
        ;;
    '--schedule-icmp')
        __ct-inspect_add_completions -W '0'$'\n''1'
        return
        ;;
    '--connection')
        __ct-inspect_add_completions -W 'none'$'\n''present'$'\n''syn-sent'$'\n''syn-recv'$'\n''established'$'\n''fin-wait'$'\n''time-wait'$'\n''close'$'\n''close-wait'
        return
        ;;
    '--destination')
        __ct-inspect_add_completions -W 'available'$'\n''quiesced'$'\n''gone'
        return
        ;;
    '--netns')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion explain -- --netns "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--capture')
        compopt -o filenames
        __ct-inspect_add_completions -f
        return
        ;;
    '--color')
        __ct-inspect_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_ct-inspect_capture() {
    repeating_flags=()
    non_repeating_flags=(--no-ruleset --anonymize --json --version -h --help)
    repeating_options=()
    non_repeating_options=(--key --netns --capture --connections --max-read-time --color)
    __ct-inspect_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--key')
        compopt -o filenames
        __ct-inspect_add_completions -f
        return
        ;;
    '--netns')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion capture -- --netns "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--capture')
        compopt -o filenames
        __ct-inspect_add_completions -f
        return
        ;;
    '--connections')
        __ct-inspect_add_completions -W 'auto'$'\n''bpf'$'\n''proc'
        return
        ;;
    '--max-read-time')
        return
        ;;
    '--color')
        __ct-inspect_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        compopt -o filenames
        __ct-inspect_add_completions -d
        return
        ;;
    esac
}

_ct-inspect_diff() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=()
    non_repeating_options=(--color)
    __ct-inspect_offer_flags_options 2

    # Offer option value completions
    case "${prev}" in
    '--color')
        __ct-inspect_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        compopt -o filenames
        __ct-inspect_add_completions -f
        return
        ;;
    2)
        compopt -o filenames
        __ct-inspect_add_completions -f
        return
        ;;
    esac
}

_ct-inspect_fleet() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=()
    non_repeating_options=(--color)
    __ct-inspect_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--color')
        __ct-inspect_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        compopt -o filenames
        __ct-inspect_add_completions -f
        return
        ;;
    esac
}

_ct-inspect_export() {
    repeating_flags=()
    non_repeating_flags=(--once --observe --list --version -h --help)
    repeating_options=(--listen --netns)
    non_repeating_options=(--textfile --capture --collectors --interval --flows-every --check-every --connections --max-read-time --labels --max-series)
    __ct-inspect_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--listen')
        return
        ;;
    '--textfile')
        compopt -o filenames
        __ct-inspect_add_completions -f
        return
        ;;
    '--netns')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion export -- --netns "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--capture')
        compopt -o filenames
        __ct-inspect_add_completions -f
        return
        ;;
    '--collectors')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion export -- --collectors "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--interval')
        return
        ;;
    '--flows-every')
        return
        ;;
    '--check-every')
        return
        ;;
    '--connections')
        __ct-inspect_add_completions -W 'auto'$'\n''bpf'$'\n''proc'
        return
        ;;
    '--max-read-time')
        return
        ;;
    '--labels')
        __ct-inspect_add_completions -W 'service'$'\n''backend'
        return
        ;;
    '--max-series')
        return
        ;;
    esac
}

_ct-inspect_record() {
    repeating_flags=()
    non_repeating_flags=(--no-compression --observe --version -h --help)
    repeating_options=()
    non_repeating_options=(--to --segment-size --segment-age --keep-segments --keep-bytes --for --interval --netns --capture --connections --max-read-time --buffer)
    __ct-inspect_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--to')
        compopt -o filenames
        __ct-inspect_add_completions -d
        return
        ;;
    '--segment-size')
        return
        ;;
    '--segment-age')
        return
        ;;
    '--keep-segments')
        return
        ;;
    '--keep-bytes')
        return
        ;;
    '--for')
        return
        ;;
    '--interval')
        return
        ;;
    '--netns')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion record -- --netns "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    '--capture')
        compopt -o filenames
        __ct-inspect_add_completions -f
        return
        ;;
    '--connections')
        __ct-inspect_add_completions -W 'auto'$'\n''bpf'$'\n''proc'
        return
        ;;
    '--max-read-time')
        return
        ;;
    '--buffer')
        return
        ;;
    esac
}

_ct-inspect_replay() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=()
    non_repeating_options=(--since --until --filter)
    __ct-inspect_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--since')
        return
        ;;
    '--until')
        return
        ;;
    '--filter')
        __ct-inspect_add_completions -W "$(__ct-inspect_custom_complete ---completion replay -- --filter "${COMP_CWORD}" "${#cur}")"
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        compopt -o filenames
        __ct-inspect_add_completions -f
        return
        ;;
    esac
}

_ct-inspect_help() {
    repeating_flags=()
    non_repeating_flags=(--version)
    repeating_options=()
    non_repeating_options=()
    __ct-inspect_offer_flags_options -1
    [[ "${COMP_CWORD}" -eq 2 ]] && __ct-inspect_add_completions -W $'flows\nwatch\ncheck\nadvise\ndump\nevents\nservices\nstats\nobserve\nexplain\ncapture\ndiff\nfleet\nexport\nrecord\nreplay'
}

complete -F _ct-inspect ct-inspect
