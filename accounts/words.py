"""The standard words of the field, which a partnership may replace with its own (domain §8.1)."""

STANDARD_WORDS: dict[str, str] = {
    "case_group": "sub-group",
    "case_group_chair": "sub-group chair",
    "rapid_review_body": "rapid review meeting",
    "independent_chair": "independent chair",
    "business_unit": "business unit",
    "executive": "executive",
    "referral_lead": "designated safeguarding lead",
    "agency_representative": "agency representative",
    "review": "local child safeguarding practice review",
    "review_short": "LCSPR",
    "impact_statement": "impact statement",
}
