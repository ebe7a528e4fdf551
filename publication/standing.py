"""How a publication stands: what of its gates, copies, holds and decisions is still missing, in sentences.

Each function takes the publication and gives what is unmet, so that the machine's guards and the page say the same.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from django.db.models import Q

from accounts.access_table import Thing
from casework.audit import label_of
from casework.models import Document
from correspondence.models import Notice, NoticeSubject, Recipient
from deadlines.calendars import calendar_named
from deadlines.rules.counting import latest_send
from deadlines.rules.london import london_date
from deadlines.rules.words import full_date
from decisions.kinds import NotPublishOutcome, PublicationOutcome, WithdrawalOutcome
from decisions.models import Decision, DecisionState, Hold
from decisions.standing import blocking_views
from lcspr import clock
from panels.models import ReportVersion
from publication.gates import GATES, GateKind
from publication.rules import publishing
from publication.rules.publishing import Copied

if TYPE_CHECKING:
    from publication.models import GateTick, Publication

# The two who are owed the reasons whenever a report is late or not published (DL-21).
OWED_REASONS: Final = (Recipient.NATIONAL_PANEL, Recipient.DFE)
# Files that are never made for the public; the confidential final report is known by its ReportVersion.
CONFIDENTIAL: Final = (
    Thing.DRAFT_REPORT,
    Thing.RR_REPORT,
    Thing.AGENCY_REPORT,
    Thing.OWN_RETURN,
    Thing.LEGAL_ADVICE,
    Thing.FAMILY_LOG,
)
# The family reads the report at least so many working days before (domain §3.3 DL-20), unless another date is agreed.
FAMILY_AHEAD: Final = 10
PDF: Final = "application/pdf"


def not_signed_off(publication: Publication) -> list[str]:
    """What is missing from the three partners' sign-off, and the independent chair's where they have a part."""
    if publication.decision is None:
        return [] if publication.signed_off_elsewhere_id else ["The report is not signed off."]
    if publication.decision.state != DecisionState.DECIDED:
        return ["The report is not signed off by the three partners."]
    return blocking_views(publication.decision)


def is_held_back(publication: Publication) -> bool:
    return Hold.objects.filter(case=publication.case_id).on_publication().exists()


def held_back(publication: Publication) -> list[str]:
    """The holds that keep it from the public."""
    return [
        f"A hold asked for by the {hold.get_source_display()} is in force since {full_date(hold.starts_on)}."
        if hold.source != "other"
        else f"A hold is in force since {full_date(hold.starts_on)}."
        for hold in Hold.objects.filter(case=publication.case_id).on_publication()
    ]


def still_held(publication: Publication) -> list[str]:
    """The holds still to be released before publication goes on (T37)."""
    return [
        f"{sentence[:-1]}: release it, with what shows that it may be." for sentence in held_back(publication)
    ]


def ticks_by_gate(publication: Publication) -> dict[GateKind, list[GateTick]]:
    """The ticks that stand, by gate."""
    found: dict[GateKind, list[GateTick]] = {kind: [] for kind in GateKind}
    for tick in publication.ticks.standing().select_related("by", "document"):
        found[GateKind(tick.gate)].append(tick)
    return found


def gates_closed(publication: Publication) -> list[str]:
    """Each gate that nobody, or not enough different people, have opened."""
    found = []
    for kind, ticks in ticks_by_gate(publication).items():
        needed = GATES[kind].people
        missing = publishing.people_missing(needed, [tick.by_id for tick in ticks])
        if missing and missing < needed:
            found.append(f"Gate not open yet: {_sentence(kind)}. A second person must check it.")
        elif missing:
            found.append(f"Gate not open yet: {_sentence(kind)}.")
    return found


def report_not_ready(publication: Publication) -> list[str]:
    """What is missing from the page and the file of a full report."""
    found = _words_missing(publication)
    report = publication.report
    if report is None:
        return [*found, "Upload the report made for the public."]
    if not report.can_be_opened:
        found.append("The report made for the public is not checked for viruses yet.")
    if (same := confidential_twin(publication, report.sha256)) is not None:
        found.append(f"The file is the same as the confidential “{same.title}”. Upload the anonymised copy.")
    return found


def improvements_not_ready(publication: Publication) -> list[str]:
    """What is missing where only the improvements are published; the report itself must not be there."""
    found = _words_missing(publication)
    if not publication.improvements.strip():
        found.append("Write which improvements are to be made.")
    if publication.report_id is not None:
        found.append("Take the report out: only the improvements are to be published.")
    return found


def _words_missing(publication: Publication) -> list[str]:
    return [
        sentence
        for text, sentence in (
            (publication.public_title, "Give the public title."),
            (publication.summary, "Write the summary in plain words."),
        )
        if not text.strip()
    ]


def confidential_twin(publication: Publication, sha256: str) -> Document | None:
    """A confidential file of the case with the same bytes: the wrong file was chosen."""
    written_up = ReportVersion.objects.filter(case=publication.case_id).values("document")
    confidential = Q(thing__in=CONFIDENTIAL) | Q(pk__in=written_up)
    return Document.objects.filter(confidential, case=publication.case_id, sha256=sha256).first()


def day_not_reached(publication: Publication) -> list[str]:
    if publication.planned_on is None:
        return ["Plan the day of publication."]
    if publication.planned_on > clock.today():
        return [f"Publication is planned for {full_date(publication.planned_on)}."]
    return []


def copies_of(publication: Publication) -> dict[Copied, dt.date | None]:
    """The day on which each of the three had the copy that counts; the latest recorded wins."""
    sent: dict[Copied, dt.date | None] = dict.fromkeys(Copied)
    for notice in copy_notices(publication):
        sent[Copied(notice.to)] = london_date(notice.sent_at)
    return sent


def copy_notices(publication: Publication) -> list[Notice]:
    """The notices of copies sent ahead that count for this publication, oldest first."""
    rows = Notice.objects.of(publication.case, NoticeSubject.PUBLICATION_COPY)
    counting = rows.filter(created_at__gte=publication.copies_count_from, to__in=[*Copied])
    return list(counting.select_related("proof").order_by("created_at"))


def copies_not_ahead(publication: Publication) -> list[str]:
    """Why the copies do not allow publishing today (T38, AC-13)."""
    return _copies_problems(publication, in_breach=not breach_missing(publication))


def copies_too_late(publication: Publication) -> list[str]:
    """Why the copies do not keep the seven working days today, whatever the partners decided."""
    return _copies_problems(publication, in_breach=False)


def _copies_problems(publication: Publication, *, in_breach: bool) -> list[str]:
    return publishing.copies_problems(
        copies_of(publication), on=clock.today(), in_breach=in_breach, calendar=calendar_named()
    )


def breach_missing(publication: Publication) -> list[str]:
    """What is missing from the decision to publish before seven working days have passed."""
    decision = publication.breach_decision
    if decision is None or publication.breach_advice_id is None:
        return ["The partners have not decided to publish early."]
    if decision.state != DecisionState.DECIDED or decision.outcome != PublicationOutcome.PUBLISH_EARLY:
        return ["The three partners have not decided to publish early."]
    return blocking_views(decision)


def reasons_sent(
    publication: Publication, subject: NoticeSubject, *, since: dt.datetime | None = None
) -> list[Notice]:
    """The latest notice of reasons to each of the two who are owed them; fewer than two while one is missing."""
    rows = Notice.objects.of(publication.case, subject).filter(to__in=OWED_REASONS)
    if since is not None:
        rows = rows.filter(created_at__gte=since)
    latest = {notice.to: notice for notice in rows.order_by("created_at")}
    return list(latest.values())


def family_still_reads(publication: Publication) -> list[str]:
    """The readings agreed with the family that have not taken place: they take as long as they need (DL-20)."""
    return [
        f"{reading.who} reads the report on {full_date(reading.agreed_on)}: record that, agree on another date, or "
        "record that they no longer wish to."
        for reading in publication.readings.agreed()
    ]


def family_warnings(publication: Publication) -> list[str]:
    """What deserves a second look about the family's reading; it keeps nothing from being published by itself."""
    readings = list(publication.readings.all())
    if not readings:
        return [
            "Nothing is recorded of the family reading the report. By default they read it at least ten working days "
            "before the planned day."
        ]
    if publication.planned_on is None:
        return []
    latest = latest_send(publication.planned_on, FAMILY_AHEAD, calendar_named())
    days = [
        (reading.who, reading.read_on or reading.agreed_on) for reading in readings if not reading.declined_on
    ]
    return [
        f"{who}: {full_date(on)} is less than ten working days before the planned day, {full_date(publication.planned_on)}."
        for who, on in days
        if on and on > latest
    ]


def built_on_publication(publication: Publication) -> list[str]:
    """Why what was published can no longer be taken back as an error."""
    found = []
    if publication.case.is_closed:
        found.append("The case is closed. Reopen the case first.")
    since = publication.published_at
    if (
        since
        and Notice.objects.of(publication.case, NoticeSubject.REPOSITORY_COPY)
        .filter(sent_at__gte=since)
        .exists()
    ):
        found.append(
            "The national collection has its copy: take the report down by the partners’ decision, or by a court’s order."
        )
    return found


def not_justified(publication: Publication) -> list[str]:
    told = {notice.to for notice in reasons_sent(publication, NoticeSubject.NON_PUBLICATION)}
    return [
        f"Record that {publishing.NAMES[Copied(to)]} was told in writing why the report is not published."
        for to in OWED_REASONS
        if to not in told
    ]


def not_to_be_withdrawn(publication: Publication) -> list[str]:
    """Why it must stay public: the year, or the three partners' decision where no court orders it (T47)."""
    assert publication.published_at is not None
    by_order = publication.court_order_id is not None
    problems = publishing.withdrawal_problems(
        london_date(publication.published_at), on=clock.today(), court_order=by_order
    )
    # An order of a court is obeyed at once: it does not wait for three views.
    return problems if by_order else [*problems, *_withdrawal_undecided(publication.withdrawal_decision)]


def _withdrawal_undecided(decision: Decision | None) -> list[str]:
    if (
        decision is None
        or decision.state != DecisionState.DECIDED
        or decision.outcome != WithdrawalOutcome.WITHDRAW
    ):
        return ["The three partners have not decided to take it down."]
    return blocking_views(decision)


def nothing_undecided(publication: Publication) -> list[str]:
    """Why the later decision to publish nothing cannot be acted on; the sign-off's own is checked by itself."""
    decision = publication.none_decision
    if decision is None:
        return []
    if not decided_on_nothing(decision):
        return ["The three partners have not decided to publish nothing."]
    return blocking_views(decision)


def decided_on_nothing(decision: Decision) -> bool:
    return decision.state == DecisionState.DECIDED and decision.outcome == NotPublishOutcome.NONE


def asked_about(publication: Publication) -> list[Decision]:
    """Every question put to the partners about this publication, newest first."""
    return list(Decision.objects.filter(about=label_of(publication)).order_by("-opened_on", "-created_at"))


def _sentence(kind: GateKind) -> str:
    label = str(kind.label)
    return f"{label[:1].lower()}{label[1:]}"
