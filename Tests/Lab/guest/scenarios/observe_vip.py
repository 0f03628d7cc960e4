"""observe --vip on a director without IPVS services that is itself the server: everything is tracked."""

from director import VIP
from observing import judge, observe
from story import WebStory


def conduct(hosts, subject, report):
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    seen = observe(hosts, subject, WebStory(hosts, method="itself"), "--vip", f"{VIP}:80")
    report.equal("the packets that pass are NEW, ESTABLISHED or RELATED", {"NEW", "ESTABLISHED", "RELATED"}, seen.states("local_in_passed"))
    judge(report, seen)
    for document in seen.documents:
        subjects = [(one["address"], one["port"], one["scheduler"], one["methods"]) for one in document["services"]]
        report.equal("the address is listed with the services, without a scheduler", [(VIP, 80, None, [])], subjects)
