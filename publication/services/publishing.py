"""Publishing, deciding not to, and taking down (T38, T39, T40, T47)."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.text import slugify

from accounts.access_table import Thing
from accounts.models import Partnership, User
from accounts.roles import BUSINESS_UNIT, PARTNERS, Role
from casework.files import store_document
from casework.permissions import roles_in
from casework.transitions import MovedOn, TransitionRefused, last_event, perform
from deadlines import services as deadlines
from deadlines.rules.london import london_date
from decisions import services as decisions
from decisions.kinds import DecisionKind
from decisions.models import Decision, DecisionState
from lcspr import clock
from panels import services as panels
from publication import standing
from publication.models import Ground, Outcome, Publication
from publication.models.publication import PUBLIC
from publication.services import clocks, telling
from publication.services.preparing import Upload, editable, locked

MAY_ASK: Final = BUSINESS_UNIT | PARTNERS | {Role.SGC, Role.IC}
LONGEST_SLUG: Final = 100


@transaction.atomic
def ask_to_publish_early(
    publication: Publication, *, reason: str, advice: Upload, by: User, on: dt.date
) -> Decision:
    """Ask the three partners to publish before seven working days have passed, with legal advice attached (T38)."""
    publication = editable(publication, by=by)
    if not reason.strip():
        raise TransitionRefused(["Say why publication cannot wait seven working days."])
    decision = decisions.open_decision(
        publication.case, kind=DecisionKind.PUBLICATION, by=by, on=on, about=publication
    )
    publication.breach_asked_because = reason
    publication.breach_advice = store_document(
        publication.case, advice, by=by, title="Legal advice on publishing early", thing=Thing.LEGAL_ADVICE
    )
    publication.breach_decision = decision
    publication.save(update_fields=["breach_asked_because", "breach_advice", "breach_decision"])
    _ask(decision, by=by)
    return decision


@transaction.atomic
def ask_not_to_publish(publication: Publication, *, by: User, on: dt.date) -> Decision:
    """Ask the three partners whether nothing should be published after all (T40)."""
    publication = _askable(publication, by=by)
    if not publication.may_still_change:
        raise MovedOn(publication, last_event(publication))
    decision = decisions.open_decision(
        publication.case, kind=DecisionKind.NOT_PUBLISH, by=by, on=on, about=publication
    )
    _ask(decision, by=by)
    return decision


@transaction.atomic
def ask_to_withdraw(publication: Publication, *, ground: Ground, by: User, on: dt.date) -> Decision:
    """Ask the three partners whether what is public should be taken down (T47)."""
    publication = _askable(publication, by=by)
    if not publication.is_public:
        raise MovedOn(publication, last_event(publication))
    decision = decisions.open_decision(
        publication.case, kind=DecisionKind.WITHDRAWAL, by=by, on=on, about=publication
    )
    publication.withdrawal_ground, publication.withdrawal_decision = ground, decision
    publication.save(update_fields=["withdrawal_ground", "withdrawal_decision"])
    _ask(decision, by=by)
    return decision


def _askable(publication: Publication, *, by: User) -> Publication:
    publication = locked(publication)
    if not roles_in(by, publication.case) & MAY_ASK:
        raise PermissionDenied
    return publication


def _ask(decision: Decision, *, by: User) -> None:
    telling.tell(
        "publication_question", decision.case, PARTNERS, by=by, about=decision, task="Give your view"
    )


@transaction.atomic
def conclude_question(decision: Decision, *, by: User) -> Decision:
    """Act on a question about publication once it is decided; called after everything that may decide it.

    That nothing is published changes what becomes public at once, and the reasons are owed (DL-21). The other two
    questions only open the way for the business unit's own act.
    """
    if decision.kind != DecisionKind.NOT_PUBLISH or decision.state != DecisionState.DECIDED:
        return decision
    key = decision.about.rsplit(":", 1)[-1]
    rows = Publication.objects.select_for_update(of=("self",), no_key=True).select_related("case", "review")
    publication = rows.get(pk=key)
    if not publication.may_still_change:
        return decision
    if not standing.decided_on_nothing(decision):
        _go_on_after_all(publication, decision)
        return decision
    if publication.outcome == Outcome.NONE:
        return decision
    assert decision.decided_on is not None
    publication.outcome, publication.none_decision = Outcome.NONE, decision
    publication.save(update_fields=["outcome", "none_decision"])
    clocks.owe_reasons(
        publication,
        at=clock.on_the_day(decision.decided_on),
        because="when the partners decided to publish nothing",
        by=by,
    )
    telling.tell(
        "publication_nothing_decided",
        decision.case,
        BUSINESS_UNIT,
        by=by,
        about=publication,
        task="Send the reasons to the National Panel and the Secretary of State",
        due=clocks.running(clocks.REASONS, decision.case, publication),
    )
    return decision


def _go_on_after_all(publication: Publication, decision: Decision) -> None:
    """A contested view was put right and the decision turned: what the sign-off chose becomes public again."""
    if publication.none_decision_id == decision.pk:
        publication.outcome = Outcome(publication.review.publication_choice)
        publication.none_decision = None
        publication.save(update_fields=["outcome", "none_decision"])


@transaction.atomic
def publish_report(publication: Publication, *, by: User, lateness_reason: str = "") -> Publication:
    """Put the report on its public page (T38): ends the review's six months, begins its year public (DL-22)."""
    publication = locked(publication)
    report = publication.report
    publication = perform(
        publication,
        "publish",
        by=by,
        at=clock.now(),
        slug=public_address(publication),
        sha256=report.sha256 if report else "",
        in_breach=_is_in_breach(publication),
        words=_words_of(publication, "Published the report"),
    )
    perform(publication.case, "publish", by=by, words="The report is public")
    return _became_public(publication, by=by, lateness_reason=lateness_reason)


@transaction.atomic
def publish_improvements(publication: Publication, *, by: User, lateness_reason: str = "") -> Publication:
    """Put only the improvements to be made on the public page (T39); the report stays confidential."""
    publication = locked(publication)
    publication = perform(
        publication,
        "publish_improvements",
        by=by,
        at=clock.now(),
        slug=public_address(publication),
        in_breach=_is_in_breach(publication),
        words=_words_of(publication, "Published the improvements only"),
    )
    perform(publication.case, "publish_improvements", by=by, words="The improvements are public")
    return _became_public(publication, by=by, lateness_reason=lateness_reason)


def _became_public(publication: Publication, *, by: User, lateness_reason: str) -> Publication:
    assert publication.published_at is not None
    clocks.completed(publication, at=publication.published_at, lateness_reason=lateness_reason, by=by)
    panels.end_authors_access(publication.case, published_on=london_date(publication.published_at), by=by)
    telling.tell(
        "publication_published", publication.case, telling.TOLD_OF_PUBLICATION, by=by, about=publication
    )
    return publication


def _is_in_breach(publication: Publication) -> bool:
    """Whether publishing now does not keep the seven working days; the yearly return lists it."""
    return not standing.breach_missing(publication) and bool(standing.copies_too_late(publication))


def _words_of(publication: Publication, words: str) -> str:
    if not _is_in_breach(publication):
        return words
    return f"{words}, in breach of the seven working days, as the three partners decided with legal advice"


def public_address(publication: Publication) -> str:
    """A public address that nobody else has, made of public words only."""
    # Two reports of one title published at once: the second waits here and then takes the next number.
    partnership = Partnership.objects.select_for_update(no_key=True).get(pk=publication.case.partnership_id)
    stem = slugify(f"{partnership.code} {publication.public_title}")[:LONGEST_SLUG].strip("-")
    taken = set(Publication.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    if stem not in taken:
        return stem
    return next(slug for number in range(2, len(taken) + 3) if (slug := f"{stem}-{number}") not in taken)


@transaction.atomic
def decide_not_to_publish(publication: Publication, *, reason: str, by: User) -> Publication:
    """Close publication with nothing public (T40): the partners decided it, and both were told why in writing."""
    if not reason.strip():
        raise TransitionRefused(["Give the reasons."])
    publication = perform(
        publication, "decide_not_to_publish", by=by, reason=reason, words=f"Nothing is published: {reason}"
    )
    case = perform(publication.case, "decide_not_to_publish", by=by, words="Nothing is published")
    why = "The partners decided to publish nothing."
    deadlines.cancel(clocks.REVIEW, case=case, reason=why, by=by)
    clocks.stop_copies(publication, reason=why, by=by)
    clocks.start_progress(case, at=clock.now(), because="when it was decided to publish nothing", by=by)
    panels.end_authors_access(case, published_on=clock.today(), by=by)
    telling.tell("publication_nothing", case, telling.TOLD_OF_PUBLICATION, by=by, about=publication)
    return publication


@transaction.atomic
def withdraw_publication(
    publication: Publication, *, reason: str, by: User, court_order: Upload | None = None
) -> Publication:
    """Take down what is public (T47): after a year by the partners' decision, or at once when a court orders it.

    The internal copy stays; the public page says that it was taken down.
    """
    publication = _askable(publication, by=by)
    if publication.state not in PUBLIC:
        raise MovedOn(publication, last_event(publication))
    if not reason.strip():
        raise TransitionRefused(["Give the reasons."])
    if court_order is not None:
        publication.withdrawal_ground = Ground.COURT_ORDER
        publication.court_order = store_document(
            publication.case,
            court_order,
            by=by,
            title="Court order to take the report down",
            thing=Thing.LEGAL_ADVICE,
        )
        publication.save(update_fields=["withdrawal_ground", "court_order"])
    now = clock.now()
    publication = perform(
        publication, "withdraw", by=by, at=now, reason=reason, words=f"Took down what was public: {reason}"
    )
    clocks.taken_down(publication, at=now, reason=f"Taken down: {reason}", by=by)
    telling.tell(
        "publication_withdrawn", publication.case, telling.TOLD_OF_PUBLICATION, by=by, about=publication
    )
    return publication
