"""Changing what a partnership calls things, whom one rings, who decides, its directory and its agencies' domains.

Each act takes `seen`, the stamp of what the person had before them (`stamp`): of two people at the same page the second
is told what the first did, and nothing of either is lost.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import transaction

from accounts.agency_kinds import AgencyKind
from accounts.models import (
    Agency,
    DirectoryEntry,
    Invitation,
    Membership,
    Partnership,
    PartnershipAgency,
    User,
)
from accounts.roles import Role
from accounts.rules import normal_domain, why_not_domain
from accounts.services import Refused
from accounts.services.memberships import require_business_manager
from accounts.services.refusal import refuse_if_any
from accounts.settings_choices import DecisionModel, Prerequisite, ReferralSource
from accounts.words import STANDARD_WORDS
from actions.models import Action
from casework import audit
from casework.models import Case, Event
from deadlines.models import Deadline
from deadlines.rules.words import and_list
from lcspr import clock

NAMES: Final = "names_changed"
CONTACTS: Final = "contacts_changed"
DECIDING: Final = "deciding_changed"
DIRECTORY: Final = "directory_changed"
DOMAINS: Final = "domains_changed"
AGENCIES: Final = "agency_added"
AGENCY_ENDED: Final = "agency_ended"
# Made in deadlines.services.figures, and shown among the rest.
FIGURES: Final = "figures_changed"
VERBS: Final = (NAMES, CONTACTS, DECIDING, DIRECTORY, DOMAINS, AGENCIES, AGENCY_ENDED, FIGURES)

# What is kept of whom to ring, and how each is called in the record.
CONTACT_LABELS: Final[dict[str, str]] = {
    "telephone": "Telephone of the business unit",
    "email": "E-mail of the business unit",
    "hours": "When the telephone is answered",
    "front_door": "Name of the children’s social care front door",
    "front_door_telephone": "Telephone of the front door",
    "front_door_out_of_hours": "Telephone of the front door, evenings and weekends",
}
NAME_LABELS: Final[dict[str, str]] = {
    "name": "Name of the partnership",
    "short_name": "Short name",
    "formerly": "Formerly",
    "guidance_version": "Guidance it works by",
}
DECIDING_LABELS: Final[dict[str, str]] = {
    "decision_model": "Who decides",
    "prerequisite": "Before a referral",
    "submitter_roles": "Who sends a referral",
    "sources_enabled": "Where referrals come from",
    "views_hidden_until_given": "Other partners’ views hidden until one’s own is given",
    "unconfirmed_views_block": "A view recorded on behalf must be confirmed",
}
_ENTRY_LABELS: Final[dict[str, str]] = {
    "agency": "Agency",
    "name": "Name",
    "job_title": "Job title",
    "phone": "Telephone",
    "email": "E-mail",
    "is_public": "Shown to everybody",
}


class ChangedMeanwhile(Exception):
    """Somebody changed the page's setting since it was opened: `who` did, `changes` is what differs, `stamp` the new one."""

    def __init__(self, who: User | None, stamp: str) -> None:
        super().__init__(f"{who or 'Somebody'} changed this while you had it open.")
        self.who, self.stamp = who, stamp


def stamp(values: Mapping[str, Any]) -> str:
    """A short mark of some values, by which a page knows whether they are still those it showed."""
    body = json.dumps(values, default=str, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(body.encode()).hexdigest()[:32]


def names_of(partnership: Partnership) -> dict[str, str]:
    """The partnership's names, and its own words beside the standard ones."""
    names = {key: str(getattr(partnership, key)) for key in NAME_LABELS}
    return names | {f"word_{key}": str(partnership.words.get(key, "")) for key in STANDARD_WORDS}


def contacts_of(partnership: Partnership) -> dict[str, str]:
    """Whom to ring and write to."""
    return {key: str(partnership.contacts.get(key, "")) for key in CONTACT_LABELS}


def deciding_of(partnership: Partnership) -> dict[str, Any]:
    """Who decides, and what goes before a referral."""
    values = {key: getattr(partnership, key) for key in DECIDING_LABELS}
    return values | {key: sorted(values[key]) for key in ("sources_enabled", "submitter_roles")}


def entry_values(entry: DirectoryEntry) -> dict[str, Any]:
    """What a directory entry says."""
    return {
        **{key: getattr(entry, key) for key in _ENTRY_LABELS if key != "agency"},
        "agency": entry.agency.name,
    }


def domains_of(agency: Agency) -> dict[str, Any]:
    """The e-mail domains of an agency."""
    return {"email_domains": list(agency.email_domains)}


@transaction.atomic
def change_names(partnership: Partnership, *, values: Mapping[str, str], seen: str, by: User) -> Partnership:
    """Change what the partnership is called and what it calls things; an empty word is the standard one."""
    partnership = _held(partnership, by)
    before = names_of(partnership)
    _must_be(before, seen, partnership, NAMES)
    same = Partnership.objects.exclude(pk=partnership.pk).filter(name__iexact=values["name"])
    refuse_if_any(["Another partnership here has this name."] if same.exists() else [])
    for key in NAME_LABELS:
        setattr(partnership, key, values[key])
    own = {key: values[f"word_{key}"] for key in STANDARD_WORDS}
    others = {key: word for key, word in partnership.words.items() if key not in STANDARD_WORDS}
    partnership.words = others | {key: word for key, word in own.items() if word}
    partnership.save(update_fields=[*NAME_LABELS, "words"])
    labels = NAME_LABELS | {f"word_{key}": f"Word for “{word}”" for key, word in STANDARD_WORDS.items()}
    _record(
        NAMES,
        partnership,
        by=by,
        words="Changed names and words",
        before=before,
        after=names_of(partnership),
        labels=labels,
    )
    return partnership


@transaction.atomic
def change_contacts(
    partnership: Partnership, *, values: Mapping[str, str], seen: str, by: User
) -> Partnership:
    """Change whom everybody is told to ring."""
    partnership = _held(partnership, by)
    before = contacts_of(partnership)
    _must_be(before, seen, partnership, CONTACTS)
    others = {key: text for key, text in partnership.contacts.items() if key not in CONTACT_LABELS}
    partnership.contacts = others | {key: values[key] for key in CONTACT_LABELS if values[key]}
    partnership.save(update_fields=["contacts"])
    _record(
        CONTACTS,
        partnership,
        by=by,
        words="Changed whom to ring",
        before=before,
        after=contacts_of(partnership),
        labels=CONTACT_LABELS,
    )
    return partnership


@transaction.atomic
def change_deciding(
    partnership: Partnership, *, values: Mapping[str, Any], agreed: str, seen: str, by: User
) -> Partnership:
    """Change who decides and what goes before a referral, saying who agreed to it and when.

    A decision that is open keeps the model it opened with (domain §8.3).
    """
    partnership = _held(partnership, by)
    before = deciding_of(partnership)
    _must_be(before, seen, partnership, DECIDING)
    if not agreed.strip():
        raise Refused("Say who agreed to this, and when.")
    if ReferralSource.AGENCY not in values["sources_enabled"]:
        raise Refused("Agencies can always refer: leave that source open.")
    if not values["submitter_roles"]:
        raise Refused("Somebody in an agency must be able to send a referral.")
    for key in DECIDING_LABELS:
        setattr(partnership, key, values[key])
    partnership.save(update_fields=list(DECIDING_LABELS))
    words = f"Changed deciding and referring. {agreed.strip()}"
    _record(
        DECIDING,
        partnership,
        by=by,
        words=words,
        before=before,
        after=deciding_of(partnership),
        labels=DECIDING_LABELS,
    )
    return partnership


@transaction.atomic
def add_entry(partnership: Partnership, *, values: Mapping[str, Any], by: User) -> DirectoryEntry:
    """Put somebody in the directory."""
    partnership = _held(partnership, by)
    refuse_if_any(_why_not_entry(partnership, values))
    entry = DirectoryEntry.objects.create(partnership=partnership, **values)
    _record(
        DIRECTORY,
        partnership,
        by=by,
        words=f"Added {entry} to the directory",
        before={},
        after=entry_values(entry),
        labels=_ENTRY_LABELS,
    )
    return entry


@transaction.atomic
def change_entry(entry: DirectoryEntry, *, values: Mapping[str, Any], seen: str, by: User) -> DirectoryEntry:
    """Put right what the directory says of somebody."""
    partnership = _held(entry.partnership, by)
    entry = _entry(entry)
    before = entry_values(entry)
    _must_be(before, seen, partnership, DIRECTORY)
    refuse_if_any(_why_not_entry(partnership, values, besides=entry))
    for key, value in values.items():
        setattr(entry, key, value)
    entry.save()
    _record(
        DIRECTORY,
        partnership,
        by=by,
        words=f"Changed {entry} in the directory",
        before=before,
        after=entry_values(entry),
        labels=_ENTRY_LABELS,
    )
    return entry


@transaction.atomic
def remove_entry(entry: DirectoryEntry, *, by: User) -> None:
    """Take somebody out of the directory, as when they ask for it or have left."""
    partnership = _held(entry.partnership, by)
    entry = _entry(entry)
    words = f"Took {entry} out of the directory"
    before = entry_values(entry)
    entry.delete()
    _record(DIRECTORY, partnership, by=by, words=words, before=before, after={}, labels=_ENTRY_LABELS)


@transaction.atomic
def change_domains(
    partnership: Partnership, *, agency: Agency, domains: Sequence[str], seen: str, by: User
) -> Agency:
    """Say at which e-mail domains the people of an agency have their work address: whoever proves one may refer."""
    partnership = _held(partnership, by)
    if not partnership.members.current().filter(agency=agency).exists():
        raise Refused(f"{agency} does not work with {partnership}.")
    agency = Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)
    before = domains_of(agency)
    _must_be(before, seen, partnership, DOMAINS)
    refuse_if_any(why_not_domains(partnership, agency, domains))
    agency.email_domains = list(dict.fromkeys(normal_domain(each) for each in domains))
    agency.save(update_fields=["email_domains"])
    labels = {"email_domains": f"E-mail domains of {agency}"}
    words = f"Changed the e-mail domains of {agency}"
    _record(DOMAINS, partnership, by=by, words=words, before=before, after=domains_of(agency), labels=labels)
    return agency


@transaction.atomic
def add_agency(
    partnership: Partnership, *, name: str, short_name: str, kind: AgencyKind, by: User
) -> PartnershipAgency:
    """Have an agency work with the partnership: the one of that name, or a new one.

    Which agency is one of the three statutory partners an administrator says.
    """
    partnership = _held(partnership, by)
    agency = Agency.objects.filter(name__iexact=name.strip(), retired_on=None).first()
    if agency is None:
        if Agency.objects.filter(name__iexact=name.strip()).exists():
            raise Refused("An agency of this name is no more. Ask an administrator.")
        agency = Agency.objects.create(name=name.strip(), short_name=short_name.strip(), kind=kind)
    if partnership.members.current().filter(agency=agency).exists():
        raise Refused(f"{agency} works with the partnership already.")
    place = PartnershipAgency.objects.create(partnership=partnership, agency=agency, starts_on=clock.today())
    _record(
        AGENCIES,
        partnership,
        by=by,
        words=f"Added {agency} to the agencies",
        before={},
        after={"agency": agency.name},
        labels=_ENTRY_LABELS,
    )
    return place


@transaction.atomic
def end_agency(partnership: Partnership, *, agency: Agency, reason: str, by: User) -> PartnershipAgency:
    """End an agency's work with the partnership today: nobody is asked of it, and its domains let nobody in here.

    What it sent and did stays. Refused while its people hold roles here or stand in the directory: who is to do their
    part is somebody's decision, not a consequence.
    """
    partnership = _held(partnership, by)
    places = PartnershipAgency.objects.current().select_for_update(no_key=True)
    place: PartnershipAgency | None = places.filter(partnership=partnership, agency=agency).first()
    if place is None:
        raise Refused(f"{agency} does not work with {partnership}.")
    refuse_if_any(why_not_end_agency(place, by))
    if not reason.strip():
        raise Refused("Say why the agency no longer works with the partnership.")
    place.until = clock.today()
    place.save(update_fields=["until"])
    _record(
        AGENCY_ENDED,
        partnership,
        by=by,
        words=f"{agency} no longer works with the partnership. {reason.strip()}",
        before={"agency": agency.name},
        after={},
        labels=_ENTRY_LABELS,
    )
    return place


def why_not_end_agency(place: PartnershipAgency, user: User) -> list[str]:
    """What must be done before an agency's work with a partnership ends; a case that `user` may not open is not named."""
    partnership, agency = place.partnership, place.agency
    if place.statutory:
        return [f"{agency} is a statutory safeguarding partner here: an administrator says which agency is."]
    reasons = []
    held = Membership.objects.current().filter(partnership=partnership, agency=agency)
    if names := sorted({membership.user.name for membership in held.select_related("user")}):
        reasons.append(f"Under People, end the roles held for {agency} by {and_list(names)}.")
    begins = Membership.objects.filter(partnership=partnership, agency=agency, starts_on__gt=clock.today())
    open_links = Invitation.objects.filter(
        partnership=partnership, agency=agency, accepted_at=None, revoked_at=None, expires_at__gt=clock.now()
    )
    names = sorted(
        {row.user.name for row in begins.select_related("user")} | {row.name for row in open_links}
    )
    if names:
        reasons.append(f"Under People, take back what is prepared for {and_list(names)}.")
    listed = DirectoryEntry.objects.filter(partnership=partnership, agency=agency)
    if names := sorted(listed.values_list("name", flat=True)):
        reasons.append(f"In the directory, take out {and_list(names)}.")
    owed = Deadline.objects.open().filter(partnership=partnership, owed_agency=agency, case__isnull=False)
    doing = Action.objects.open().filter(case__partnership=partnership, agency=agency)
    cases = {*owed.values_list("case", flat=True), *doing.values_list("case", flat=True)}
    named = sorted(str(case) for case in Case.objects.visible_to(user).filter(pk__in=cases))
    if len(named) < len(cases):
        named.append("a case that a colleague in the business unit follows")
    if named:
        reasons.append(
            f"Take in, give to another agency, or do without what it still owes in {and_list(named)}."
        )
    return reasons


def why_not_domains(partnership: Partnership, agency: Agency, domains: Sequence[str]) -> list[str]:
    """What stands against these domains."""
    if is_kept_by_administrator(partnership, agency):
        return [f"{agency} works with another partnership too, so an administrator keeps its domains."]
    return [f"{reason}." for each in domains for reason in why_not_domain(each)]


def is_kept_by_administrator(partnership: Partnership, agency: Agency) -> bool:
    """Whether other partnerships rely on an agency's domains: then no one of them changes whom they let in there."""
    elsewhere = PartnershipAgency.objects.current().filter(agency=agency)
    return elsewhere.exclude(partnership=partnership).exists()


def history(partnership: Partnership, *verbs: str) -> list[Event]:
    """What was last changed, the latest first, with who did it."""
    found = Event.objects.filter(object=audit.label_of(partnership), verb__in=verbs or VERBS)
    return list(found.select_related("actor", "payload").order_by("-id")[:10])


def _why_not_entry(
    partnership: Partnership, values: Mapping[str, Any], *, besides: DirectoryEntry | None = None
) -> list[str]:
    reasons = []
    agency, name = values["agency"], values["name"]
    if not partnership.members.current().filter(agency=agency).exists():
        reasons.append(f"{agency} does not work with {partnership}.")
    same = DirectoryEntry.objects.filter(partnership=partnership, agency=agency, name=name)
    if besides is not None:
        same = same.exclude(pk=besides.pk)
    if same.exists():
        reasons.append(f"{name} stands in the directory for {agency} already.")
    if not values["phone"] and not values["email"]:
        reasons.append("Enter a telephone number or an e-mail address: the directory is for reaching people.")
    return reasons


def _entry(entry: DirectoryEntry) -> DirectoryEntry:
    """The entry, locked; Refused when somebody took it out meanwhile."""
    rows = DirectoryEntry.objects.select_for_update(of=("self",), no_key=True).select_related("agency")
    found = rows.filter(pk=entry.pk).first()
    if found is None:
        raise Refused("Somebody has taken this entry out of the directory meanwhile.")
    return found


def _held(partnership: Partnership, by: User) -> Partnership:
    require_business_manager(by, partnership)
    return Partnership.objects.select_for_update(no_key=True).get(pk=partnership.pk)


def _must_be(values: Mapping[str, Any], seen: str, partnership: Partnership, verb: str) -> None:
    if stamp(values) != seen:
        last = next(iter(history(partnership, verb)), None)
        raise ChangedMeanwhile(last.actor if last else None, stamp(values))


def _record(
    verb: str,
    partnership: Partnership,
    *,
    by: User,
    words: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    labels: Mapping[str, str],
) -> None:
    """Write down what was and what is; nothing when nothing changed."""
    changes = [
        {"what": label, "was": _text(key, before.get(key)), "now": _text(key, after.get(key))}
        for key, label in labels.items()
        if before.get(key) != after.get(key)
    ]
    if changes:
        audit.record(verb, by=by, about=partnership, words=words, changes=changes)


_CHOICES: Final[dict[str, dict[str, str]]] = {
    "decision_model": dict(DecisionModel.choices),
    "prerequisite": dict(Prerequisite.choices),
    "sources_enabled": dict(ReferralSource.choices),
    "submitter_roles": dict(Role.choices),
}


def _text(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    words = _CHOICES.get(key, {})
    if isinstance(value, list):
        return ", ".join(words.get(str(each), str(each)) for each in value)
    return words.get(str(value), str(value)) if value else ""
