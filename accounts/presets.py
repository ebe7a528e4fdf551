"""The two local processes this product was modelled on, as data (domain §8.1).

A partnership starts from a preset and changes what is its own afterwards. Names of the real groups are
public facts; the invented partnerships of the demonstration use the same presets under their own names.
"""

from __future__ import annotations

from typing import Any, Final

from accounts.roles import Role
from accounts.settings_choices import (
    DecisionModel,
    Prerequisite,
    RapidReviewAnchor,
    ReferralSource,
    ReviewType,
)

BUCKINGHAMSHIRE: Final[dict[str, Any]] = {
    "formerly": "Buckinghamshire Safeguarding Children Board (to summer 2019)",
    "guidance_version": "Working Together 2023",
    "decision_model": DecisionModel.IC_DECIDES,
    "prerequisite": Prerequisite.DISCUSSED_WITH_DSL,
    "submitter_roles": [Role.REFERRER, Role.DSL, Role.REP],
    "sources_enabled": [
        ReferralSource.AGENCY,
        ReferralSource.OTHER_PARTNERSHIP,
        ReferralSource.LA_FIRST,
        ReferralSource.COURT,
        ReferralSource.INQUIRY,
        ReferralSource.SELF_IDENTIFIED,
    ],
    "review_types": [
        ReviewType.LCSPR,
        ReviewType.LCSPR_JOINT,
        ReviewType.LCSPR_THEMATIC,
        ReviewType.REFLECTIVE_SESSION,
        ReviewType.PRACTICE_REVIEW,
        ReviewType.PARTNERSHIP_LEARNING,
        ReviewType.SINGLE_AGENCY,
    ],
    "rr_anchor": RapidReviewAnchor.SIN_SENT,
    "written_within_hours": None,
    "words": {
        "case_group": "LCSPR Sub Group",
        "case_group_chair": "LCSPR Sub Group chair",
        "rapid_review_body": "rapid review discussion",
        "independent_chair": "Independent Chair",
        "executive": "Executive Partnership",
        "referral_lead": "designated safeguarding lead or officer",
    },
    "practice": {
        "time_to_refer": "as soon as possible",
        "recommender": "The three partners’ representatives recommend to the independent chair",
        "form_variants": "One form serves every kind of review",
        "notify_on_lcspr": ["DfE", "Ofsted", "National Panel"],
        "commissioner": "The partnership and the LCSPR Sub Group agree; the review panel chair and the "
        "business manager find and commission",
        "review_panel_chair_pool": "A member of the LCSPR Sub Group",
        "exec_summary": "Where agreed",
        "publication_policy": "After any criminal proceedings and inquests",
        "publication_artefacts": ["independent_chair_statement", "impact_statement"],
        "monitoring_body": "LCSPR Sub Group, Executive Partnership and independent chair",
        "progress_publication": "Agency progress statements",
        "learning_products": ["learning_leaflet", "nspcc_copy"],
        "adults_link": "Business unit and independent chair shared with the adults board since August 2019",
    },
}

BEDFORD_BOROUGH: Final[dict[str, Any]] = {
    "formerly": "Bedford Borough Safeguarding Children Board",
    "guidance_version": "Working Together 2018, chapter 4",
    "decision_model": DecisionModel.THREE_DSP,
    "prerequisite": Prerequisite.THROUGH_REPRESENTATIVE,
    "submitter_roles": [Role.REP],
    "sources_enabled": list(ReferralSource),
    "review_types": [
        ReviewType.LCSPR,
        ReviewType.LCSPR_JOINT,
        ReviewType.LCSPR_THEMATIC,
        ReviewType.POSITIVE_LEARNING,
        ReviewType.PARTNERSHIP_LEARNING,
        ReviewType.SINGLE_AGENCY,
    ],
    "rr_anchor": RapidReviewAnchor.SIN_SENT,
    "written_within_hours": 48,
    "words": {
        "case_group": "Case Review Group",
        "case_group_chair": "Case Review Group chair",
        "rapid_review_body": "Case Review Group meeting",
        "independent_chair": "independent chair",
        "executive": "Strategic Board",
        "referral_lead": "agency’s Case Review Group representative",
        "agency_representative": "Case Review Group representative",
    },
    "practice": {
        "time_to_refer": "at once, confirmed in writing within 48 hours",
        "recommender": "The Case Review Group recommends to the independent chair",
        "form_variants": "Any partner may refer for multi-agency lessons",
        "notify_on_lcspr": ["National Panel"],
        "commissioner": "The Case Review Group commissions",
        "review_panel_chair_pool": "",
        "exec_summary": "",
        "publication_policy": "Published on the website, anonymised",
        "publication_artefacts": ["learning_briefing"],
        "monitoring_body": "Case Review Group",
        "progress_publication": "What partners now do in response, on the page",
        "learning_products": ["learning_briefing", "nspcc_copy"],
        "adults_link": "",
    },
}

PRESETS: Final[dict[str, dict[str, Any]]] = {
    "buckinghamshire": BUCKINGHAMSHIRE,
    "bedford-borough": BEDFORD_BOROUGH,
}
