"""The commands that are run with faults, and what is known of each."""
import pathlib
import re
from dataclasses import dataclass, field

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "Fixtures"
MIXED = str(FIXTURES / "mixed" / "capture")
# Of the same, beside the folder in which each command runs.
ARCHIVE = "../mixed.tar.gz"
RULES = str(FIXTURES / "firewalls" / "docker-nft.nft")

# EXIT STATUS in man/src/exit-status.mdoc. 64 is missing: no fault turns a right command line into a wrong one.
DOCUMENTED = frozenset({0, 69, 74, 77, 130})

NOT_CHECKED = re.compile(r"not_checked=(\d+)")


@dataclass(frozen=True)
class Command:
    name: str
    words: tuple
    # Beside those of every command.
    statuses: frozenset = field(default=frozenset())
    # A signal ends it as it would have ended, with what it has until then.
    is_stoppable: bool = False
    on_terminal: bool = False
    # It makes TARGET.
    captures: bool = False
    # Whether its output, compared with that of a clean run, says what it lacks, beside `complete`.
    admits: callable = lambda output, clean: False


def more_of(pattern):
    """It names more things that were not read, checked or proven than the clean run does."""
    return lambda output, clean: len(re.findall(pattern, output)) > len(re.findall(pattern, clean))


def more_unread(output, clean):
    """In a capture may be what no reader needs: what is missing is listed, a sentence for each."""
    return output.partition('"unread":[')[2].count('","') > clean.partition('"unread":[')[2].count('","')


def more_not_checked(output, clean):
    """A monitoring system is told how many: what could find nothing as bad as it asks for does not change the status."""
    return NOT_CHECKED.findall(output) > NOT_CHECKED.findall(clean)


# Below the folder in which each command runs.
TARGET = "taken"
SHORT = ("--for", "100ms")
FOUND = frozenset({1})
NAGIOS = frozenset({1, 2, 3})

COMMANDS = [
    Command("dump", ("dump",)),
    Command("dump-json", ("dump", "--json")),
    Command("dump-count", ("dump", "--count")),
    Command("dump-top", ("dump", "--top", "src", "3")),
    Command("dump-expect", ("dump", "expect", "--json")),
    Command("dump-repeat", ("dump", "--json", "--on-interrupt", "repeat")),
    Command("dump-capture", ("dump", "--json", "--capture", MIXED)),
    Command("events", ("events", "--json", "--initial", *SHORT), is_stoppable=True, admits=more_of('"uncounted_losses":1|_events":null')),
    Command("stats", ("stats", "--json")),
    Command("stats-capture", ("stats", "--json", "--capture", MIXED)),
    Command("stats-archive", ("stats", "--json", "--capture", ARCHIVE)),
    Command("flows", ("flows", "--capture", MIXED)),
    Command("flows-json", ("flows", "--json", "--capture", MIXED)),
    Command("flows-live", ("flows", "--json")),
    Command("services", ("services", "--json", "--capture", MIXED)),
    Command("check", ("check", "--json"), FOUND),
    Command("check-for", ("check", "--json", *SHORT), FOUND, is_stoppable=True),
    Command("check-nagios", ("check", "--nagios"), NAGIOS, admits=more_not_checked),
    Command("check-capture", ("check", "--json", "--capture", MIXED), FOUND),
    Command("check-ruleset", ("check", "--json", "--ruleset", RULES, "--capture", MIXED), FOUND),
    Command("advise", ("advise", "--json", "--capture", MIXED), FOUND, admits=more_of('"result":"(?!proven)')),
    Command("explain", ("explain", "--flags", "FIN,ACK", "--json")),
    Command("explain-service", ("explain", "--flags", "FIN,ACK", "--json", "--service", "tcp/10.0.0.100:80", "--capture", MIXED),
        admits=more_of('"rules_not_proven":"')),
    Command("observe", ("observe", "--vip", "10.0.0.100", "--json", *SHORT), is_stoppable=True),
    Command("capture", ("capture", TARGET, "--json"), captures=True, admits=more_unread),
    Command("diff", ("diff", "--json", MIXED, MIXED)),
    Command("fleet", ("fleet", "--json", MIXED, MIXED)),
    # What could not be read is a line of it.
    Command("record", ("record", "--to", "-", "--for", "1s", "--interval", "1s"), is_stoppable=True, admits=more_of('"record":"loss"')),
    Command("watch", ("watch", "--no-config"), is_stoppable=True, on_terminal=True),
    Command("watch-once", ("watch", "--once", "--no-config"), is_stoppable=True),
    Command("watch-capture", ("watch", "--no-config", "--capture", MIXED), is_stoppable=True, on_terminal=True),
    Command("completion", ("--generate-completion-script", "bash")),
    Command("help", ("--help",)),
    Command("version", ("--version",)),
    Command("version-verbose", ("--version", "--verbose")),
]

BY_NAME = {command.name: command for command in COMMANDS}
