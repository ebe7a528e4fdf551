"""Where the questions about a review are answered: names the pages to `decisions.pages` when the service starts."""

from __future__ import annotations

from typing import Final

from decisions import pages
from decisions.kinds import DecisionKind

KINDS: Final = (DecisionKind.SIGN_OFF, DecisionKind.DISCONTINUATION)

PAGES: Final = {
    pages.Act.GIVE_VIEW: "panels:give_view",
    pages.Act.RECORD_ON_BEHALF: "panels:record_on_behalf",
    pages.Act.CHAIR_VIEW: "panels:chair_view",
    pages.Act.ESCALATE: "panels:escalate_decision",
    pages.Act.LEAD_PARTNERS: "panels:lead_partners",
    pages.Act.RECOMMEND: "panels:recommend_decision",
}


def route() -> None:
    """Name the page of each act on a question about a review."""
    for kind in KINDS:
        for act, name in PAGES.items():
            pages.route(kind, act, name)
