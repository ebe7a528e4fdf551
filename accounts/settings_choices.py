"""What a partnership may choose for itself (domain §8.2); everything else is law and stays in code."""

from django.db.models import TextChoices


class DecisionModel(TextChoices):
    """Who decides on a rapid review's outcome (domain §8.3)."""

    THREE_DSP = "three_dsp", "The three safeguarding partners"
    THREE_DSP_WITH_IC = (
        "three_dsp_with_ic_agreement",
        "The three partners, with the independent chair’s agreement",
    )
    IC_DECIDES = "ic_decides_on_recommendation", "The independent chair, on the three partners’ views"


class Prerequisite(TextChoices):
    """What a referrer must have done before referring."""

    DISCUSSED_WITH_DSL = "discussed_with_dsl", "Discuss it with your designated safeguarding lead"
    THROUGH_REPRESENTATIVE = "through_representative", "Go through your agency’s representative"


class RapidReviewAnchor(TextChoices):
    """The day 0 of the 15 working days; the sources differ (domain §0.3.5)."""

    SIN_SENT = "sin_sent", "The day the notification was sent"
    PARTNERS_AWARE = "partners_aware", "The day the partners became aware"


class ReferralSource(TextChoices):
    AGENCY = "agency", "An agency"
    CDOP = "cdop", "Child death overview panel"
    OTHER_PARTNERSHIP = "other_partnership", "Another partnership"
    LA_FIRST = "la_first", "The local authority has already notified"
    COURT = "court", "A court or coroner"
    INQUIRY = "inquiry", "A public inquiry"
    SELF_IDENTIFIED = "self_identified", "Found by the business unit"


class ReviewType(TextChoices):
    """Every kind of review (domain §2.6); a kind is data, so that a joint or renamed review needs no code."""

    LCSPR = "lcspr", "Local child safeguarding practice review"
    LCSPR_JOINT = "lcspr_joint", "Joint local child safeguarding practice review"
    LCSPR_THEMATIC = "lcspr_thematic", "Thematic local child safeguarding practice review"
    NATIONAL = "national", "National review"
    PARTNERSHIP_LEARNING = "partnership_learning_review", "Partnership learning review"
    PRACTICE_REVIEW = "practice_review", "Practice review"
    REFLECTIVE_SESSION = "reflective_learning_session", "Reflective learning session"
    POSITIVE_LEARNING = "positive_learning_review", "Positive learning review"
    MULTI_AGENCY_AUDIT = "multi_agency_case_audit", "Multi-agency case audit"
    SINGLE_AGENCY = "single_agency_review", "Single-agency review"
    NEAR_MISS = "near_miss_review", "Near-miss review"
    SAR_JOINT = "sar_joint", "Joint review with the safeguarding adults board"
    DHR_JOINT = "dhr_joint", "Joint review with a domestic homicide review"
    SCR_LEGACY = "scr_legacy", "Serious case review (before 2019)"


STATUTORY_REVIEWS = frozenset({ReviewType.LCSPR, ReviewType.LCSPR_JOINT, ReviewType.LCSPR_THEMATIC})


class StatutoryPartner(TextChoices):
    LA = "la", "Local authority"
    ICB = "icb", "Integrated care board"
    POLICE = "police", "Police"
