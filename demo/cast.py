"""The partnerships, agencies and people of the demonstration."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Final

from accounts.agency_kinds import AgencyKind
from accounts.models import Agency, Membership, Partnership, PartnershipAgency, User
from accounts.presets import PRESETS
from accounts.roles import Role
from lcspr import clock

SINCE: Final = dt.date(2019, 9, 1)

# name, short name, kind, e-mail domain
AGENCIES: Final = {
    "northmere_council": ("Northmere County Council", "Northmere Council", AgencyKind.LOCAL_AUTHORITY, "northmere.example"),
    "southmere_council": ("Southmere Borough Council", "Southmere Council", AgencyKind.LOCAL_AUTHORITY, "southmere.example"),
    "northmere_icb": ("Northmere and Vale Integrated Care Board", "Northmere ICB", AgencyKind.ICB, "northmere-icb.example"),
    "southmere_icb": ("Southmere and Fens Integrated Care Board", "Southmere ICB", AgencyKind.ICB, "southmere-icb.example"),
    "police": ("Mere Valley Police", "Police", AgencyKind.POLICE, "merevalley-police.example"),
    "hospital": ("Northmere Hospitals NHS Trust", "Hospitals Trust", AgencyKind.ACUTE_TRUST, "northmere-hospitals.example"),
    "health_visiting": ("Mereside Community Health Trust", "Community Trust", AgencyKind.COMMUNITY_TRUST, "mereside-health.example"),
    "meadowbank": ("Meadowbank Academy", "Meadowbank", AgencyKind.SCHOOL, "meadowbank.example"),
    "probation": ("Mere Probation Service", "Probation", AgencyKind.PROBATION, "mere-probation.example"),
    "southmere_hospital": ("Southmere Infirmary NHS Trust", "Infirmary", AgencyKind.ACUTE_TRUST, "southmere-infirmary.example"),
    "riverside": ("Riverside Primary School", "Riverside", AgencyKind.SCHOOL, "riverside.example"),
    "cdop": ("Mere Child Death Overview Panel Office", "CDOP office", AgencyKind.CDOP, "mere-cdop.example"),
}  # fmt: skip

NORTHMERE_AGENCIES: Final = {
    "northmere_council": "la", "northmere_icb": "icb", "police": "police",
    "hospital": "", "health_visiting": "", "meadowbank": "", "probation": "",
}  # fmt: skip
SOUTHMERE_AGENCIES: Final = {
    "southmere_council": "la", "southmere_icb": "icb", "police": "police",
    "southmere_hospital": "", "riverside": "", "cdop": "",
}  # fmt: skip

# key: (name, job title, agency, roles). Somebody of every role, in each partnership what its process needs.
NORTHMERE_PEOPLE: Final = {
    "business_manager": ("Bridget Unwin", "Partnership manager", None, [Role.BUM]),
    "officer": ("Owen Trask", "Safeguarding practice review officer", None, [Role.BU]),
    "sub_group_chair": ("Sunita Garrow", "Head of safeguarding", "health_visiting", [Role.SGC]),
    "sub_group_member": ("Malcolm Reddy", "Detective inspector", "police", [Role.SG]),
    "independent_chair": ("Iris Chalmondley", "Independent Chair", None, [Role.IC]),
    "partner_la": ("Dorothea Lacey", "Director of children’s services", "northmere_council", [Role.DSP_LA]),
    "partner_icb": ("Hal Ibekwe", "Chief nurse", "northmere_icb", [Role.DSP_ICB]),
    "partner_police": ("Petra Solari", "Superintendent", "police", [Role.DSP_POLICE]),
    "lead_la": ("Lionel Ashdown", "Chief executive", "northmere_council", [Role.LSP_LA]),
    "lead_icb": ("Leonie Ibbotson", "Chief executive", "northmere_icb", [Role.LSP_ICB]),
    "lead_police": ("Leopold Penhale", "Chief constable", "police", [Role.LSP_POLICE]),
    "notifier": ("Nora Tindall", "Head of quality assurance", "northmere_council", [Role.LAN]),
    "council_representative": ("Clement Ravel", "Principal social worker", "northmere_council", [Role.REP]),
    "school_lead": ("Delia Sloane", "Designated safeguarding lead", "meadowbank", [Role.DSL, Role.REFERRER]),
    "school_representative": ("Rufus Meadows", "Deputy head", "meadowbank", [Role.REP]),
    "referrer": ("Ruth Farrow", "Head teacher", "meadowbank", [Role.REFERRER]),
    "hospital_representative": ("Hester Rowan", "Named nurse", "hospital", [Role.REP]),
    "health_representative": ("Hugo Vance", "Named nurse", "health_visiting", [Role.REP]),
    "police_representative": ("Piers Rudd", "Review officer", "police", [Role.REP]),
    "probation_representative": ("Prudence Marlow", "Head of public protection", "probation", [Role.REP]),
    "report_author": ("Agatha Reeve", "Safeguarding adviser", "hospital", [Role.REP]),
    "action_owner": ("Alan Lowther", "Ward manager", "hospital", [Role.ALO]),
    "legal_adviser": ("Lydia Egan", "Solicitor", "northmere_council", [Role.LEGAL]),
    "communications": ("Connor Mapes", "Communications lead", "northmere_council", [Role.COMMS]),
    "family_lead": ("Faith Lidgate", "Family liaison lead", None, [Role.FAMILY]),
    "auditor": ("Audrey Dunn", "Information governance officer", "northmere_council", [Role.AUD]),
    "author": ("Arthur Wray", "Independent author", None, [Role.AUT]),
}  # fmt: skip
SOUTHMERE_PEOPLE: Final = {
    "business_manager": ("Barnaby Mott", "Business manager", None, [Role.BUM]),
    "officer": ("Usha Kettering", "Review officer", None, [Role.BU]),
    "sub_group_chair": ("Gwen Cotterill", "Case Review Group chair", "southmere_icb", [Role.SGC]),
    "sub_group_member": ("Miles Grantham", "Assistant director", "southmere_council", [Role.SG]),
    "independent_chair": ("Imogen Chase", "Independent chair", None, [Role.IC]),
    "partner_la": ("Douglas Lamb", "Director of children’s services", "southmere_council", [Role.DSP_LA]),
    "partner_icb": ("Harriet Ives", "Director of nursing", "southmere_icb", [Role.DSP_ICB]),
    "partner_police": ("Philip Storr", "Chief superintendent", "police", [Role.DSP_POLICE]),
    "lead_la": ("Lorna Askew", "Chief executive", "southmere_council", [Role.LSP_LA]),
    "lead_icb": ("Lucian Innes", "Chief executive", "southmere_icb", [Role.LSP_ICB]),
    "lead_police": ("Laurence Pitt", "Assistant chief constable", "police", [Role.LSP_POLICE]),
    "notifier": ("Neville Tarn", "Service manager", "southmere_council", [Role.LAN]),
    "school_representative": ("Rosa Pickard", "Safeguarding lead", "riverside", [Role.REP]),
    "hospital_representative": ("Henrik Strand", "Named doctor", "southmere_hospital", [Role.REP]),
    "council_representative": ("Cora Leyland", "Head of safeguarding", "southmere_council", [Role.REP]),
    "police_representative": ("Pamela Rusk", "Review officer", "police", [Role.REP]),
    "cdop_manager": ("Clara Dopson", "Child death overview panel manager", "cdop", [Role.REP]),
    "action_owner": ("Alma Reyes", "Matron", "southmere_hospital", [Role.ALO]),
    "legal_adviser": ("Leila Stannard", "Solicitor", "southmere_council", [Role.LEGAL]),
    "communications": ("Caleb Moss", "Communications officer", "southmere_council", [Role.COMMS]),
    "family_lead": ("Fern Oakden", "Family liaison lead", None, [Role.FAMILY]),
    "author": ("Anselm Wick", "Independent author", None, [Role.AUT]),
}  # fmt: skip


@dataclass
class Company:
    """One partnership and its people by key: `northmere["business_manager"]`."""

    partnership: Partnership
    people: dict[str, User] = field(default_factory=dict)

    def __getitem__(self, key: str) -> User:
        return self.people[key]


@dataclass(frozen=True)
class World:
    agencies: dict[str, Agency]
    northmere: Company
    southmere: Company


def raise_curtain() -> World:
    """Make the partnerships, agencies and people; those who open cases are let in by their memberships."""
    agencies = {
        key: Agency.objects.create(name=name, short_name=short, kind=kind, email_domains=[domain])
        for key, (name, short, kind, domain) in AGENCIES.items()
    }
    # One mail service of several: who comes in there says for whom, and their representative is told.
    for key in ("hospital", "northmere_icb"):
        agencies[key].email_domains.append("mere-nhs.example")
        agencies[key].save(update_fields=["email_domains"])
    northmere = _company(
        agencies,
        NORTHMERE_AGENCIES,
        NORTHMERE_PEOPLE,
        "northmere.example",
        name="Northmere Safeguarding Children Partnership",
        short_name="NSCP",
        code="NSCP",
        contacts={
            "telephone": "01632 960 101",
            "hours": "9am to 5pm, Monday to Friday",
            "email": "business-unit@nscp.example",
            "front_door": "the Northmere front door",
            "front_door_telephone": "01632 960 110",
            "front_door_out_of_hours": "01632 960 111",
        },
        **{
            **PRESETS["buckinghamshire"],
            "formerly": "Northmere Safeguarding Children Board (to summer 2019)",
        },
    )
    southmere = _company(
        agencies,
        SOUTHMERE_AGENCIES,
        SOUTHMERE_PEOPLE,
        "southmere.example",
        name="Southmere Borough Safeguarding Children Partnership",
        short_name="SBSCP",
        code="SBSCP",
        contacts={
            "telephone": "01632 960 202",
            "hours": "9am to 4:30pm, Monday to Friday",
            "email": "business-unit@sbscp.example",
            "front_door": "the Southmere integrated front door",
            "front_door_telephone": "01632 960 220",
            "front_door_out_of_hours": "01632 960 221",
        },
        **{**PRESETS["bedford-borough"], "formerly": "Southmere Borough Safeguarding Children Board"},
    )
    administrator = User.objects.create_user(
        "administrator@system.example", name="Adam Minchin", job_title="System administrator", is_staff=True
    )
    # Opens no case; proposes changes of the rules and keeps the bank holidays.
    Membership.objects.create(
        user=administrator, partnership=northmere.partnership, role=Role.ADM, starts_on=SINCE
    )
    return World(agencies, northmere, southmere)


def _company(
    agencies: dict[str, Agency],
    members: dict[str, str],
    people: dict[str, tuple[str, str, str | None, list[Role]]],
    domain: str,
    **partnership: Any,
) -> Company:
    company = Company(Partnership.objects.create(**partnership))
    for key, statutory in members.items():
        PartnershipAgency.objects.create(
            partnership=company.partnership, agency=agencies[key], statutory=statutory, starts_on=SINCE
        )
    for key, (name, job_title, agency, roles) in people.items():
        home = agencies[agency] if agency else None
        address = f"{name.lower().replace(' ', '.')}@{home.email_domains[0] if home else domain}"
        user = User.objects.create_user(address, name=name, job_title=job_title, date_joined=clock.now())
        company.people[key] = user
        for role in roles:
            Membership.objects.create(
                user=user, partnership=company.partnership, agency=home, role=role, starts_on=SINCE
            )
    return company
