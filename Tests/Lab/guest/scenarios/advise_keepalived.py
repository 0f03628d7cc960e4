"""advise beside keepalived, which has the VIP, makes the service and has rules of its own: they are left alone, and the fix outlives it."""

from advising import judge_advice, judge_persisted
from checking import judge_unreached
from director import VIP
from filters import PLAIN, plain_with
from keepalived import Keepalived
from story import WebStory


def conduct(hosts, subject, report):
    hosts.director.run("nft", "-f", "-", text=PLAIN)
    with Keepalived(hosts, "no_accept") as keepalived:
        judge_unreached(hosts, subject, report, "ip keepalived in", "keepalived makes these rules again", "“accept”")
        keepalived.reload("accept")
        story = WebStory(hosts, is_balanced=True)
        fix = judge_advice(hosts, subject, report, "accept-invalid", {"NEW", "INVALID"}, story=story, rule="inet edge input")
        if not fix:
            return
        (place,) = fix["persist"]
        text = plain_with(place["lines"], before="meta l4proto tcp ct state invalid")
        hosts.director.run("nft", "-f", "-", text=text)
        report.equal("it flushes keepalived's rules, too, and advise says so", ("", "systemctl restart keepalived"), (keepalived.rules(), place["reload"][-1]))
        keepalived.restart("no_accept")
        report.check("they are there again then", VIP in keepalived.rules(), keepalived.rules())
        keepalived.reload("accept")
        judge_persisted(hosts, subject, report)
