"""Every address of the project, and how to fill one in for a case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

# Theirs, and tested by those who write them; what we route of our own stands in the table.
NOT_OURS = ("admin", "allauth", "django.")


@dataclass(frozen=True)
class Address:
    """One route of ours: its name as `reverse` takes it, and what stands in it."""

    name: str
    parts: tuple[str, ...]
    view: Any


def every_address() -> list[Address]:
    """Each named route of ours, found by the resolver."""
    return list(_walk(get_resolver(), ""))


def _walk(resolver: URLResolver, space: str) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            if entry.namespace != "admin":
                yield from _walk(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern) and not entry.callback.__module__.startswith(NOT_OURS):
            yield Address(f"{space}{entry.name}", tuple(entry.pattern.converters), entry.callback)


ADDRESSES = {address.name: address for address in every_address()}


def filled_in(address: Address, takes: str, keys: dict[str, Any]) -> str:
    """The address for the records of one case; `takes` names the record in its `pk`, or “-”."""
    always = {
        "case_id": keys["case"],
        "partnership_id": keys["partnership"],
        "membership_id": keys["membership"],
        "invitation_id": keys["invitation"],
        "user_id": keys["person"],
        "partnership_code": keys["partnership_code"],
        "request_id": keys["account_request"],
        "target": keys["other_case"],
        "other": keys["other_case"],
        "question": keys["question"],
        "page": "birth" if "group" in address.parts else "account",
        "group": "children",
        "role": "aut",
        "secret": "nothing-was-sent",
        "slug": "nothing-published",
        "gate": "legal",
        "template": "deadline_due",
        "code": "DL-07",
        "number": 1,
        "pk": keys.get(takes),
        "key": keys.get(takes if takes == "message" else "child"),
    }
    return reverse(address.name, kwargs={part: always[part] for part in address.parts})
