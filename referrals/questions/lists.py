"""The lists from which questions of the referral offer their answers (domain §7)."""

from __future__ import annotations

from typing import Final

from referrals.questions.asking import NONE, NOT_KNOWN, Choice


def _of(*pairs: tuple[str, str]) -> tuple[Choice, ...]:
    return tuple(Choice(value, label) for value, label in pairs)


UNKNOWN: Final = Choice(NOT_KNOWN, "Not known yet")
NOTHING: Final = Choice(NONE, "None of these")
YES_NO: Final = _of(("yes", "Yes"), ("no", "No"))

ABUSE_OR_NEGLECT: Final = _of(
    ("known", "Known"),
    ("suspected", "Suspected"),
    ("not_known_or_suspected", "Neither known nor suspected"),
)
OUTCOME: Final = _of(
    ("died", "Died"),
    ("seriously_harmed", "Seriously harmed"),
    ("neither", "Neither"),
    ("unclear", "Not yet clear"),
)
CONDITION: Final = _of(
    ("critical", "Critically ill"),
    ("in_hospital", "In hospital, not critical"),
    ("recovering", "Recovering"),
    ("recovered", "Recovered"),
    ("other", "Other"),
)
SEX: Final = _of(("female", "Female"), ("male", "Male"), ("indeterminate", "Indeterminate"))

# The 19 groups of the census of 2021, under the codes of the children in need census.
ETHNICITY: Final = _of(
    ("WBRI", "White: English, Welsh, Scottish, Northern Irish or British"),
    ("WIRI", "White: Irish"),
    ("WIRT", "White: Gypsy or Irish Traveller"),
    ("WROM", "White: Roma"),
    ("WOTH", "White: any other background"),
    ("MWBC", "Mixed: White and Black Caribbean"),
    ("MWBA", "Mixed: White and Black African"),
    ("MWAS", "Mixed: White and Asian"),
    ("MOTH", "Mixed: any other background"),
    ("AIND", "Asian: Indian"),
    ("APKN", "Asian: Pakistani"),
    ("ABAN", "Asian: Bangladeshi"),
    ("CHNE", "Asian: Chinese"),
    ("AOTH", "Asian: any other background"),
    ("BAFR", "Black: African"),
    ("BCRB", "Black: Caribbean"),
    ("BOTH", "Black: any other background"),
    ("OARA", "Other: Arab"),
    ("OOTH", "Any other ethnic group"),
    ("REFU", "Refused to say"),
    ("NOBT", "Not asked"),
    ("UNBORN", "Not born yet"),
)
DISABILITY: Final = _of(
    ("MOB", "Mobility"),
    ("HAND", "Hand function"),
    ("PC", "Personal care"),
    ("INC", "Incontinence"),
    ("COMM", "Communication"),
    ("LD", "Learning"),
    ("HEAR", "Hearing"),
    ("VIS", "Vision"),
    ("BEH", "Behaviour"),
    ("CON", "Consciousness"),
    ("AUT", "Autism or Asperger syndrome"),
    ("DDA", "Another disability or long-term condition"),
    ("MH", "Mental health"),
)
EDUCATION: Final = _of(
    ("school", "At school or college"),
    ("early_years", "At a nursery or with a childminder"),
    ("home", "Educated at home"),
    ("missing", "Missing education"),
    ("neither", "None of these, for example too young"),
)

# What a local authority calls a child's legal status (the looked-after children's return).
LEGAL_STATUS: Final = _of(
    ("none", "No order, and not looked after"),
    ("V2", "Accommodated by agreement (section 20)"),
    ("C1", "Interim care order"),
    ("C2", "Care order"),
    ("E1", "Placement order"),
    ("L1", "Police protection"),
    ("L2", "Emergency protection order"),
    ("J", "Remanded, or in secure accommodation through the courts"),
    ("SGO", "Special guardianship order"),
    ("CAO", "Child arrangements order"),
    ("adopted", "Adopted"),
    ("wardship", "Ward of court"),
    ("private_fostering", "Privately fostered"),
)
LOOKED_AFTER_STATUS: Final = ("V2", "C1", "C2", "E1", "L1", "L2", "J")
PLACEMENT: Final = _of(
    ("P1", "With parents"),
    ("U", "With foster carers"),
    ("K2", "Children’s home"),
    ("K1", "Secure children’s home"),
    ("S1", "Residential school"),
    ("R5", "Young offender institution or secure training centre"),
    ("R2", "Hospital or other health setting"),
    ("R3", "Residential family centre"),
    ("H5", "Supported or semi-independent living"),
    ("P2", "Independent living"),
    ("T", "A temporary placement"),
    ("Z1", "Missing from the placement, or another"),
)
SOCIAL_CARE: Final = _of(
    ("not_known_to", "Not known to children’s social care"),
    ("contact", "A contact or a referral without further action"),
    ("early_help", "Early help"),
    ("assessment", "Being assessed"),
    ("cin", "Child in need"),
    ("s47", "Section 47 enquiry"),
    ("cp_plan", "Child protection plan"),
    ("pre_proceedings", "Pre-proceedings"),
    ("proceedings", "Care proceedings"),
    ("looked_after", "Looked after"),
    ("care_leaver", "Care leaver"),
    ("uasc", "Unaccompanied asylum-seeking child"),
    ("youth_justice", "Youth justice"),
)
RELATION: Final = _of(
    ("mother", "Mother"),
    ("father", "Father"),
    ("sibling", "Brother, sister, half- or step-sibling"),
    ("partner", "Partner of a parent, or step-parent"),
    ("grandparent", "Grandparent"),
    ("relative", "Another relative"),
    ("carer", "Carer who is not a relative"),
    ("other", "Somebody else who matters"),
)
PART_IN_IT: Final = _of(
    ("alleged_perpetrator", "Alleged perpetrator"),
    ("suspect", "Suspect"),
    ("carer", "Caring for the child at the time"),
    ("victim", "Victim"),
    ("witness", "Witness"),
)
PLACE: Final = _of(
    ("family_home", "Family home"),
    ("other_home", "Another home"),
    ("placement", "Placement"),
    ("school", "School"),
    ("hospital", "Hospital"),
    ("public", "Street or public place"),
    ("custody", "Custody"),
    ("online", "Online"),
    ("transport", "Transport"),
    ("other", "Somewhere else"),
)
HARM: Final = _of(
    ("physical", "Physical abuse, including non-accidental injury"),
    ("neglect", "Neglect"),
    ("sexual_family", "Sexual abuse in the family"),
    ("sexual_outside", "Sexual abuse or exploitation outside the family"),
    ("criminal_exploitation", "Criminal exploitation"),
    ("emotional", "Emotional abuse"),
    ("domestic_abuse", "Domestic abuse"),
    ("fii", "Fabricated or induced illness"),
    ("fgm", "Female genital mutilation"),
    ("honour", "So-called honour-based abuse or forced marriage"),
    ("radicalisation", "Radicalisation"),
    ("self_harm", "Self-harm or suspected suicide"),
    ("peer", "Harm by another child, including harmful sexual behaviour"),
    ("youth_violence", "Serious youth violence"),
    ("slavery", "Modern slavery or trafficking"),
    ("online", "Online harm"),
    ("institutional", "Abuse in an institution"),
    ("child_harmed_other", "The child seriously harmed somebody else"),
    ("before_birth", "Harm before birth"),
)
CAUSE_OF_DEATH: Final = _of(
    ("within_family", "Maltreatment within the family"),
    ("extra_familial", "Assault by somebody outside the family"),
    ("sudi", "Sudden unexpected death in infancy"),
    ("suicide", "Suspected suicide"),
    ("accident", "Accident"),
    ("natural_neglect", "Natural causes, with neglect"),
    ("risk_taking", "Risk-taking or drugs"),
    ("natural", "Natural causes"),
)
CONTEXT: Final = _of(
    ("parental_mental_health", "A parent’s mental health"),
    ("parental_substances", "A parent’s use of drugs or alcohol"),
    ("domestic_abuse", "Domestic abuse in the household"),
    ("non_recent", "It happened long ago"),
    ("weapons", "A weapon"),
    ("alcohol", "The child’s use of drugs or alcohol"),
    ("immigration", "Immigration status"),
    ("disability", "Disability"),
    ("missing", "The child had been missing"),
    ("social_media", "Social media"),
)
BY_WHOM: Final = _of(
    ("parent", "A parent"),
    ("partner", "A parent’s partner"),
    ("relative", "Another relative"),
    ("child", "Another child"),
    ("professional", "Somebody who works with children"),
    ("known", "Somebody else the child knew"),
    ("stranger", "A stranger"),
    ("nobody", "Nobody else"),
)
REVIEW_ASKED: Final = (
    Choice("lcspr", "A local child safeguarding practice review"),
    Choice("other", "Another partnership or learning review", "Where the criteria may not be met"),
    Choice("not_sure", "I am not sure"),
)
REGULATION_11: Final = (
    Choice("improvements", "It shows, or may show, that something must be improved"),
    Choice("recurrent", "It shows, or may show, a theme that keeps coming back"),
    Choice("together", "It shows, or may show, concerns about how two or more agencies worked together"),
    Choice("national_panel", "The National Panel considered it and thought a local review fitter"),
)
LEAD_VIEW: Final = _of(
    ("supports", "They support it"),
    ("does_not_support", "They do not support it"),
    ("not_available", "I could not reach them in time"),
)
SPOKEN: Final = _of(("telephone", "By telephone"), ("in_person", "In person"), ("email", "By e-mail"))
PROCESSES: Final = _of(
    ("criminal", "Criminal investigation or prosecution"),
    ("inquest", "Coroner or inquest"),
    ("child_death", "Child death review or joint agency response"),
    ("s47", "Section 47 enquiry or strategy discussion"),
    ("family_court", "Care or private family proceedings"),
    ("regulatory", "Employment or professional regulation"),
    ("iopc", "Police misconduct or IOPC"),
    ("nhs", "NHS patient safety investigation"),
    ("ofsted_cqc", "Ofsted or CQC"),
    ("adults", "Safeguarding adults review or domestic homicide review"),
    ("mappa", "MAPPA serious case review"),
    ("weapons", "Offensive weapons homicide review"),
    ("hse", "Health and Safety Executive"),
    ("other", "Complaint, civil claim, inquiry or other"),
)
TOLD: Final = _of(
    ("police", "Police"),
    ("social_care", "Children’s social care"),
    ("ofsted", "Ofsted"),
    ("cqc", "Care Quality Commission"),
    ("child_death", "Child death overview panel"),
    ("coroner", "Coroner"),
    ("nhs", "NHS patient safety"),
    ("hse", "Health and Safety Executive"),
    ("other_authority", "Another local authority"),
)
