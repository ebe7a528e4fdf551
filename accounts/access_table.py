"""Who may do what with which kind of thing (domain §4.2), as one table a person can read.

A cell lists rights: R read, W write, A approve or decide, V reveal a name (logged), S status only.
`own` things are the row's agency's own; a second row gives other agencies' things of that kind. The
business manager stands wherever BU does. ADM reads no case content and so has no column.
"""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices

from accounts.roles import BUSINESS_UNIT, PARTNERS, Role


class Right(TextChoices):
    READ = "R", "read"
    WRITE = "W", "write"
    APPROVE = "A", "approve"
    REVEAL = "V", "reveal"
    STATUS = "S", "status only"


class Thing(TextChoices):
    OWN_REFERRAL = "own_referral", "Own agency’s referral"
    OTHER_REFERRALS = "other_referrals", "Other referrals on the case"
    IDENTITY = "identity", "Identity of subjects"
    SIN_COPY = "sin_copy", "Notification"
    OWN_RETURN = "own_return", "Own agency’s rapid review return"
    OTHER_RETURNS = "other_returns", "Other agencies’ returns"
    RR_REPORT = "rr_report", "Rapid review report and minutes"
    PANEL_LETTERS = "panel_letters", "National Panel letters"
    TOR = "tor", "Terms of reference"
    OWN_CHRONOLOGY = "own_chronology", "Own agency’s chronology"
    COMBINED_CHRONOLOGY = "combined_chronology", "Combined chronology"
    AGENCY_REPORT = "agency_report", "Agency report"
    DRAFT_REPORT = "draft_report", "Draft report"
    FINAL_REPORT = "final_report", "Full confidential final report"
    RECOMMENDATIONS = "recommendations", "Recommendations and responses"
    ACTIONS = "actions", "Actions and evidence"
    FAMILY_LOG = "family_log", "Family contact log"
    LEGAL_ADVICE = "legal_advice", "Legal advice and disclosures"
    AUDIT = "audit", "Record of the case"
    CASE_STATUS = "case_status", "Stage and deadlines of the case"


_COLUMNS: Final = ("referrer", "dsl", "rep", "BU", "sgc", "sg", "pc", "pm", "aut", "aa", "DSP", "ic", "alo")

_TABLE: Final = """
own_referral         RW   R    RW   RW   R    R    R    -    R    -    R    R    -
other_referrals      -    -    -    RW   R    R    R    -    R    -    R    R    -
identity             R    R    R    RWV  RV   RV   R    V    V    R    R    V    -
sin_copy             -    -    -    RW   R    R    R    -    R    -    RA   R    -
own_return           -    R    RW   R    R    R    R    R    R    RW   R    R    -
other_returns        -    -    -    R    R    R    R    -    R    -    R    R    -
rr_report            -    -    -    RW   R    R    R    R    R    -    RA   R    -
panel_letters        -    -    S    RW   R    R    R    R    R    -    R    R    -
tor                  -    -    R    RW   RA   RA   RW   R    RW   R    RA   R    -
own_chronology       -    -    R    R    R    R    R    -    R    RW   -    -    -
combined_chronology  -    -    -    RW   R    R    R    R    R    -    -    R    -
agency_report        -    R    R    R    R    R    R    R    R    RW   -    -    -
draft_report         -    -    -    R    R    R    RW   R    RW   -    R    R    -
final_report         -    -    -    R    RA   RA   RA   R    RW   -    RA   RA   -
recommendations      -    -    RW   RW   RA   RA   RW   R    W    -    RA   R    R
actions              -    -    RW   RW   RA   RA   R    R    -    -    R    R    RW
family_log           -    -    -    RW   R    R    R    -    RW   -    -    R    -
legal_advice         -    -    -    RW   -    -    -    -    -    -    R    R    -
audit                -    -    -    R    -    -    -    -    -    -    -    R    -
case_status          S    S    R    R    R    R    R    R    R    R    R    R    S
"""

_MEANS: Final[dict[str, frozenset[Role]]] = {"BU": BUSINESS_UNIT, "DSP": PARTNERS}


def _read_table() -> dict[tuple[Thing, Role], frozenset[Right]]:
    rights: dict[tuple[Thing, Role], frozenset[Right]] = {}
    for line in _TABLE.strip().splitlines():
        thing, *cells = line.split()
        for column, cell in zip(_COLUMNS, cells, strict=True):
            for role in _MEANS.get(column) or {Role(column)}:
                rights[Thing(thing), role] = frozenset(Right(letter) for letter in cell if letter != "-")
    # The local authority's notifier works on the notification and nothing else of the case's content.
    rights[Thing.SIN_COPY, Role.LAN] = frozenset({Right.READ, Right.WRITE})
    rights[Thing.OTHER_REFERRALS, Role.LAN] = frozenset({Right.READ})
    rights[Thing.IDENTITY, Role.LAN] = frozenset({Right.READ})
    rights[Thing.CASE_STATUS, Role.LAN] = frozenset({Right.READ})
    # Another area's business unit reads the shared case, so as to ask its own agencies (domain §2.5.10, AC-18).
    for thing in (Thing.SIN_COPY, Thing.OTHER_REFERRALS, Thing.RR_REPORT, Thing.CASE_STATUS):
        rights[thing, Role.NEIGHBOUR] = frozenset({Right.READ})
    rights[Thing.IDENTITY, Role.NEIGHBOUR] = frozenset({Right.REVEAL})
    # Legal advisers read what they advise on.
    rights[Thing.LEGAL_ADVICE, Role.LEGAL] = frozenset({Right.READ, Right.WRITE})
    rights[Thing.FINAL_REPORT, Role.LEGAL] = frozenset({Right.READ, Right.APPROVE})
    rights[Thing.FAMILY_LOG, Role.FAMILY] = frozenset({Right.READ, Right.WRITE})
    for role in (Role.LEGAL, Role.FAMILY, Role.COMMS, Role.LSP_LA, Role.LSP_ICB, Role.LSP_POLICE):
        rights[Thing.CASE_STATUS, role] = frozenset({Right.READ})
    rights[Thing.CASE_STATUS, Role.COMMS] = frozenset({Right.STATUS})
    for role in (Role.LSP_LA, Role.LSP_ICB, Role.LSP_POLICE):
        rights[Thing.RR_REPORT, role] = rights[Thing.FINAL_REPORT, role] = frozenset({Right.READ})
    return rights


ACCESS_TABLE: Final[dict[tuple[Thing, Role], frozenset[Right]]] = _read_table()

# Things that exist once per agency: "own" rights hold for the role-holder's own agency only.
OTHERS_OF: Final[dict[Thing, Thing]] = {
    Thing.OWN_REFERRAL: Thing.OTHER_REFERRALS,
    Thing.OWN_RETURN: Thing.OTHER_RETURNS,
}
PER_AGENCY: Final = frozenset(
    {Thing.OWN_REFERRAL, Thing.OWN_RETURN, Thing.OWN_CHRONOLOGY, Thing.AGENCY_REPORT, Thing.ACTIONS}
)
AGENCY_ROLES: Final = frozenset({Role.REFERRER, Role.DSL, Role.REP, Role.AA, Role.ALO})


def rights_of(role: Role, thing: Thing) -> frozenset[Right]:
    """The rights a role has over a kind of thing; empty when the table gives none."""
    return ACCESS_TABLE.get((thing, role), frozenset())
