"""Short ways through the story of a review, for tests that begin in the middle of it."""

from __future__ import annotations

import datetime as dt

from django.core.files.uploadedfile import SimpleUploadedFile
from factories import CaseFactory, has_opened, subject_of

import actions.services
import chronologies.services
import decisions.services
from accounts.roles import Role
from accounts.settings_choices import DecisionModel
from actions.models import RecommendationState
from casework.models import Case, Stage
from casework.services import admit, admit_standing
from chronologies.models import Chronology
from correspondence.models import How, NoticeSubject
from decisions.kinds import DecisionKind
from decisions.models import Decision, DeclarationOutcome
from lcspr import clock
from panels import services
from panels.models import Appointment, Review
from panels.models.guards import REGULATORS
from rapid_review.models import PanelLetter, PanelView, RapidReview, RapidReviewState
from rapid_review.services.review import start_review_clocks

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
NO_INTEREST = dict.fromkeys(
    (
        "worked_for_agency", "directly_involved", "line_managed", "knows_people",
        "financial_interest", "earlier_reviews", "other_conflict",
    ),
    False,
)  # fmt: skip
STANDING = ("bum", "bu", "sgc", "sg", "ic", "dsp_la", "dsp_icb", "dsp_police", "lan")


def pdf(name: str = "report.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, content_type="application/pdf")


def days_ago(days: int) -> dt.date:
    return clock.today() - dt.timedelta(days=days)


def case_at(cast, stage: Stage) -> Case:
    """A case with one child; the standing roles are in, and everyone has answered the first question."""
    case = CaseFactory(partnership=cast.partnership, stage=stage, pseudonym="Child V")
    subject_of(case, forenames="Rosalind", surname="Nightingale-Example")
    admit_standing(case, by=cast.bum, on=days_ago(90), why="Accepted")
    has_opened(case, *(getattr(cast, role) for role in STANDING))
    return case


def decide(
    cast, about, kind: DecisionKind, outcome: str, *, on: dt.date | None = None, **recommended
) -> Decision:
    """The question is put, and everybody whose word the model asks for gives the same answer."""
    on = on or clock.today()
    decision = decisions.services.open_decision(about.case, kind=kind, by=cast.bum, on=on, about=about)
    if kind in {DecisionKind.RAPID_REVIEW, DecisionKind.CRITERIA}:
        decision = decisions.services.recommend(
            decision, by=cast.sgc, outcome=outcome, reasons="The group saw it so.", on=on, **recommended
        )
    for partner in ("la", "icb", "police"):
        decision = decisions.services.give_view(
            decision, by=getattr(cast, f"dsp_{partner}"), outcome=outcome, reasons="So it is.", on=on
        )
    if decision.model == DecisionModel.THREE_DSP:
        return decision
    said = {"agrees": True} if decision.model == DecisionModel.THREE_DSP_WITH_IC else {"outcome": outcome}
    return decisions.services.give_chair_view(decision, by=cast.ic, reasons="I see it so too.", on=on, **said)


def sent_rapid_review(
    cast, outcome: str = "lcspr", *, decided_on: dt.date | None = None, **recommended
) -> RapidReview:
    """A rapid review with the National Panel, on which the partners decided; clocks of a review run."""
    decided_on = decided_on or days_ago(20)
    case = case_at(cast, Stage.AWAITING_PANEL)
    rapid = RapidReview.objects.create(
        case=case, state=RapidReviewState.SENT, sent_at=clock.on_the_day(decided_on), sent_to="the mailbox"
    )
    rapid.decision = decide(cast, rapid, DecisionKind.RAPID_REVIEW, outcome, on=decided_on, **recommended)
    rapid.save()
    if outcome == "lcspr":
        start_review_clocks(case, rapid.decision, by=cast.bum)
    return rapid


def panel_agrees(cast, rapid: RapidReview, *, on: dt.date | None = None) -> PanelLetter:
    return PanelLetter.objects.create(
        case=rapid.case,
        rapid_review=rapid,
        received_on=on or days_ago(5),
        view=PanelView.AGREES,
        recorded_by=cast.bum,
    )


def tell_all(
    cast, case: Case, subject=NoticeSubject.LCSPR_STARTING, *, at: dt.datetime | None = None, to=REGULATORS
):
    return services.record_notices(
        case, subject=subject, to=to, sent_at=at or clock.now(), how=How.EMAIL, by=cast.bum
    )


def commissioned(cast) -> Review:
    """A review being commissioned, by the whole way: decision, letter, notices."""
    rapid = sent_rapid_review(cast)
    panel_agrees(cast, rapid)
    tell_all(cast, rapid.case, at=clock.on_the_day(days_ago(18)))
    return services.begin_commissioning(rapid, by=cast.bum, on=clock.today())


def proposed(cast, review: Review, user, role: Role, **fields) -> Appointment:
    return services.propose_appointment(review, user=user, role=role, by=cast.bum, on=clock.today(), **fields)


def declared(cast, appointment: Appointment, outcome=DeclarationOutcome.CLEAR, **answers) -> Appointment:
    """The declaration is recorded and decided."""
    declaration = services.declare_for_appointment(
        appointment,
        answers=NO_INTEREST | answers,
        details="As said" if any(answers.values()) else "",
        by=cast.bum,
        on=clock.today(),
    )
    if not declaration.by_rule:
        decisions.services.decide_declaration(
            declaration,
            by=cast.sgc,
            outcome=outcome,
            reasons="As declared.",
            mitigation="Reads nothing of theirs.",
        )
    return appointment


def appointed(cast, review: Review, user, role: Role, **fields) -> Appointment:
    appointment = declared(cast, proposed(cast, review, user, role, **fields))
    appointment = services.appoint(appointment, by=cast.bum, on=clock.today())
    has_opened(review.case, user)
    return appointment


def terms_for(cast, review: Review, *agencies: str):
    """Terms of reference, whole, by which these agencies contribute."""
    return services.write_terms(
        review,
        revision=0,
        by=cast.bum,
        agencies=[cast.agency(name) for name in agencies or ("school",)],
        scope_from=dt.date(2024, 1, 1),
        scope_until=dt.date(2026, 1, 1),
        scope_reason="From the first concern to the day.",
        questions=["What did each agency know of the move?", "Was the child heard?"],
        method="Chronologies, review panel, practitioner event",
        family_plan="The family liaison lead rings monthly.",
    )


def ready_to_start(cast) -> Review:
    """Author and review panel chair appointed, terms agreed."""
    review = commissioned(cast)
    appointed(cast, review, cast.aut, Role.AUT)
    appointed(cast, review, cast.pc, Role.PC)
    services.agree_terms(terms_for(cast, review), by=cast.sgc, on=clock.today())
    return review


def under_way(cast) -> Review:
    review = ready_to_start(cast)
    return services.start_review(
        review, chronologies_due_on=clock.today() + dt.timedelta(days=21), by=cast.bum, at=clock.now()
    )


def hear_everyone(cast, review: Review) -> Review:
    """Practitioners and family have taken part; the school holds nothing, which is accepted."""
    for chronology in Chronology.objects.filter(case=review.case):
        sent_in = chronologies.services.say_nothing_held(
            chronology, statement="Every system was searched.", by=cast.rep, at=clock.now()
        )
        chronologies.services.accept_chronology(sent_in, by=cast.bum, at=clock.now())
    return services.record_engagement(
        review,
        practitioners_involved=True,
        practitioners_words="Twelve came to the event.",
        family_offered=False,
        family_words="The police asked us to wait for the trial.",
        by=cast.pc,
    )


def drafting(cast) -> Review:
    review = hear_everyone(cast, under_way(cast))
    return services.start_drafting(review, by=cast.pc)


def with_final_report(cast, review: Review, label: str = "1.0") -> Review:
    services.upload_version(review, label=label, report=pdf(), is_final=True, by=cast.aut)
    services.list_recommendation(
        review, text="Every agency records the child’s own words.", by=cast.aut, on=clock.today()
    )
    return review


def put_up(cast) -> Review:
    review = with_final_report(cast, drafting(cast))
    return services.submit_report(review, by=cast.pc, on=clock.today())


def answer_recommendations(cast, review: Review) -> None:
    """Each is accepted and has an action; the plan is drafted."""
    today = clock.today()
    for recommendation in review.case.recommendations.unanswered():
        asked = actions.services.request_response(
            recommendation, by=cast.bum, on=today, respond_by=today, agency=None
        )
        actions.services.respond(
            asked, response=RecommendationState.ACCEPTED, reasons="", by=cast.bum, on=today
        )
        actions.services.add_action(
            review.case,
            text="Train every member of staff",
            intended_outcome="Children are heard",
            agency=cast.agency("school"),
            owner=cast.rep,
            starts_on=today,
            due_on=today + dt.timedelta(days=60),
            by=cast.bum,
            on=today,
            recommendation=recommendation,
        )
    actions.services.draft_plan(review.case, by=cast.bum, on=today)


def signed_off(cast, outcome: str = "full") -> Review:
    review = put_up(cast)
    answer_recommendations(cast, review)
    decide(cast, review, DecisionKind.SIGN_OFF, outcome)
    return services.sign_off_report(review, by=cast.dsp_la, on=clock.today())


def alternative(cast, **fields):
    """Another kind of review, planned, in a case that came to it from the criteria."""
    case = case_at(cast, Stage.ALTERNATIVE_REVIEW)
    decide(cast, case, DecisionKind.CRITERIA, "not_met_review", on=days_ago(3))
    given = {
        "review_type": "practice_review", "method": "One meeting", "lead": cast.sg, "by": cast.bum, "on": clock.today(),
    }  # fmt: skip
    return services.ensure_alternative(case, **{**given, **fields})


def written_up(cast):
    review = services.plan_alternative(
        alternative(cast), scope="The handover between wards.", planned_on=clock.today(), by=cast.sg
    )
    review = services.record_held(review, held_on=clock.today(), attendance="Eight practitioners", by=cast.sg)
    return services.write_up(review, findings="Handover is by word of mouth.", by=cast.sg)


def let_in(cast, case: Case, user, role: Role) -> None:
    admit(case, role=role, user=user, why="Test", by=cast.bum, on=clock.today())
    has_opened(case, user)
