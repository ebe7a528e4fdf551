"""What can be decided, what can be answered, and who decides it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db.models import TextChoices

from accounts.settings_choices import DecisionModel


class DecisionKind(TextChoices):
    CRITERIA = "criteria", "Whether the criteria are met"
    RAPID_REVIEW = "rapid_review", "What follows the rapid review"
    RECONSIDERATION = "reconsideration", "Whether to commission a review, looked at again"
    SIGN_OFF = "sign_off", "Whether the report is signed off, and what is published"
    PUBLICATION = "publication", "Whether to publish before seven working days have passed"
    NOT_PUBLISH = "not_publish", "Whether to publish nothing"
    WITHDRAWAL = "withdrawal", "Whether to take the report down"
    DISCONTINUATION = "discontinuation", "Whether to discontinue the review"
    CLOSURE = "closure", "Whether to close the case"


class CriteriaOutcome(TextChoices):
    MET = "met", "The criteria are met"
    NOT_MET_REVIEW = "not_met_review", "The criteria are not met, but another kind of review should be held"
    NOT_MET_NFA = "not_met_nfa", "The criteria are not met, and nothing further is needed"


class RapidReviewOutcome(TextChoices):
    LCSPR = "lcspr", "Commission a local child safeguarding practice review"
    NO_LCSPR = "no_lcspr", "No review: the rapid review found the learning"
    ALTERNATIVE = "alternative", "Hold another kind of review"
    NATIONAL_SUGGESTED = "national_suggested", "Suggest a national review to the National Panel"
    CRITERIA_NOT_MET = "criteria_not_met", "The criteria turn out not to be met"


class ReconsiderationOutcome(TextChoices):
    LCSPR = "lcspr", "Commission a local child safeguarding practice review"
    NO_LCSPR = "no_lcspr", "No review"
    ALTERNATIVE = "alternative", "Hold another kind of review"


class SignOffOutcome(TextChoices):
    FULL = "full", "Sign off and publish the full report"
    IMPROVEMENTS_ONLY = "improvements_only", "Sign off and publish only the improvements to be made"
    NONE = "none", "Sign off and publish nothing"
    REWORK = "rework", "Not yet: changes are needed"


class PublicationOutcome(TextChoices):
    PUBLISH_EARLY = "publish_early", "Publish in breach of the seven working days"
    WAIT = "wait", "Wait until seven working days have passed"


class NotPublishOutcome(TextChoices):
    NONE = "none", "Publish nothing"
    PUBLISH = "publish", "Go on towards publication"


class WithdrawalOutcome(TextChoices):
    WITHDRAW = "withdraw", "Take the report down"
    KEEP = "keep", "Leave the report public"


class DiscontinuationOutcome(TextChoices):
    ALTERNATIVE = "alternative", "Discontinue, and hold another kind of review"
    MONITORING = "monitoring", "Discontinue, and follow up the actions"
    GO_ON = "go_on", "Go on with the review"


class ClosureOutcome(TextChoices):
    CLOSE = "close", "Close the case"
    KEEP_OPEN = "keep_open", "Keep the case open"


OUTCOMES: Final[dict[DecisionKind, type[TextChoices]]] = {
    DecisionKind.CRITERIA: CriteriaOutcome,
    DecisionKind.RAPID_REVIEW: RapidReviewOutcome,
    DecisionKind.RECONSIDERATION: ReconsiderationOutcome,
    DecisionKind.SIGN_OFF: SignOffOutcome,
    DecisionKind.PUBLICATION: PublicationOutcome,
    DecisionKind.NOT_PUBLISH: NotPublishOutcome,
    DecisionKind.WITHDRAWAL: WithdrawalOutcome,
    DecisionKind.DISCONTINUATION: DiscontinuationOutcome,
    DecisionKind.CLOSURE: ClosureOutcome,
}

QUESTIONS: Final[dict[DecisionKind, str]] = {
    DecisionKind.CRITERIA: "Are the criteria for a serious incident notification met?",
    DecisionKind.RAPID_REVIEW: "What should follow the rapid review?",
    DecisionKind.RECONSIDERATION: "Should a review be commissioned after all?",
    DecisionKind.SIGN_OFF: "Is the report signed off, and what should be published?",
    DecisionKind.PUBLICATION: "Should the report be published before seven working days have passed?",
    DecisionKind.NOT_PUBLISH: "Should nothing be published?",
    DecisionKind.WITHDRAWAL: "Should the report be taken down?",
    DecisionKind.DISCONTINUATION: "Should the review be discontinued?",
    DecisionKind.CLOSURE: "Should the case be closed?",
}


class Finding(TextChoices):
    """What somebody finds on one part of a question."""

    YES = "yes", "Yes"
    NO = "no", "No"
    UNSURE = "unsure", "Not sure"


# Questions of several parts, each found for itself: label and hint, by key (domain §1.2).
PARTS: Final[dict[DecisionKind, dict[str, tuple[str, str]]]] = {
    DecisionKind.CRITERIA: {
        "limb_abuse": (
            "Is abuse or neglect of a child known or suspected?",
            "The first part of the criteria.",
        ),
        "limb_harm": (
            "Has a child died or been seriously harmed?",
            "The second part. Harm that is likely to be long-term counts, even if that is not certain yet.",
        ),
    },
}


def contradiction(findings: Mapping[str, str], outcome: str) -> str:
    """Why a view on the whole does not follow from what is found on its parts; "" when it can.

    Both parts found to be met is for that person to draw the conclusion from; the criteria cannot be met without one.
    """
    if outcome == CriteriaOutcome.MET and Finding.NO in findings.values():
        return "The criteria are met only where both parts are: you answered “No” to one"
    if outcome in {CriteriaOutcome.NOT_MET_NFA, CriteriaOutcome.NOT_MET_REVIEW} and (
        findings and set(findings.values()) == {Finding.YES}
    ):
        return "You answered “Yes” to both parts: then the criteria are met"
    return ""


# Outcomes after which a review is held, so that a kind of review goes with them.
WITH_REVIEW_TYPE: Final = frozenset({"lcspr", "alternative", "not_met_review"})


def model_for(kind: DecisionKind, chosen: DecisionModel) -> DecisionModel:
    """Who decides a question, given the partnership's decision model (domain §8.3).

    The model is about what follows a rapid review. The duty to notify lies on the partners, and the last
    word on sending on the local authority (T09, T13), so the criteria are always the three partners';
    so is whatever the transition table gives to "three DSPs" alone (T38, T40, T47, T49). A report is signed off
    by the three, and by the independent chair too where the partnership gives them a part (T35).
    """
    if kind in {DecisionKind.RAPID_REVIEW, DecisionKind.RECONSIDERATION}:
        return chosen
    if kind == DecisionKind.SIGN_OFF and chosen != DecisionModel.THREE_DSP:
        return DecisionModel.THREE_DSP_WITH_IC
    return DecisionModel.THREE_DSP


def recommendation_comes_first(kind: DecisionKind) -> bool:
    """Whether the sub-group's recommendation is recorded before any partner gives a view (domain §8.3)."""
    return kind == DecisionKind.RAPID_REVIEW


def needs_recommendation(kind: DecisionKind, outcome: str) -> bool:
    """Whether an outcome stands only on the sub-group's recommendation.

    Finding the criteria met does not wait for it, for the five working days run (T09); finding them not met
    does (T11, T12).
    """
    return recommendation_comes_first(kind) or (
        kind == DecisionKind.CRITERIA and outcome != CriteriaOutcome.MET
    )
