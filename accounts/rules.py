"""E-mail domains: when an address tells for which agency somebody works."""

from __future__ import annotations

import re
from typing import Final

# Anybody can have an address here, so it says nothing of where a person works.
FREE_MAIL: Final = frozenset(
    [
        "aim.com",
        "aol.com",
        "aol.co.uk",
        "blueyonder.co.uk",
        "btinternet.com",
        "btopenworld.com",
        "email.com",
        "fastmail.com",
        "gmail.com",
        "gmx.co.uk",
        "gmx.com",
        "gmx.net",
        "googlemail.com",
        "hey.com",
        "hotmail.co.uk",
        "hotmail.com",
        "hushmail.com",
        "icloud.com",
        "live.co.uk",
        "live.com",
        "mac.com",
        "mail.com",
        "me.com",
        "msn.com",
        "ntlworld.com",
        "outlook.co.uk",
        "outlook.com",
        "pm.me",
        "plusnet.com",
        "proton.me",
        "protonmail.com",
        "rocketmail.com",
        "sky.com",
        "talktalk.net",
        "tiscali.co.uk",
        "tutanota.com",
        "virginmedia.com",
        "yahoo.co.uk",
        "yahoo.com",
        "yandex.com",
        "ymail.com",
        "zoho.com",
    ]
)

# Mail services of whole sectors: who has such an address works for one of many organisations.
SHARED_MAIL: Final = frozenset({"nhs.net", "cjsm.net"})

# Nobody's own name stands before these.
_REGISTRIES: Final = frozenset(
    ["uk", "co.uk", "org.uk", "gov.uk", "nhs.uk", "police.uk", "sch.uk", "ac.uk", "com", "org", "net"]
)

_LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


def normal_domain(text: str) -> str:
    """A domain as it is compared: small letters, the form that travels (xn--…); empty when it is none.

    Letters that only look like others come out as another domain, as they do for the mail servers.
    """
    try:
        ascii_form = text.strip().lower().encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
    labels = ascii_form.split(".")
    whole = len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels)
    return ascii_form if whole and len(ascii_form) <= 120 else ""


def domain_of(address: str) -> str:
    """What stands after the last @ of an address, as it is compared; empty when there is nothing fit."""
    return normal_domain(address.rpartition("@")[2]) if "@" in address else ""


def normal_address(address: str) -> str:
    """An address as it is kept and written to; empty when its domain is none."""
    name, _, _ = address.strip().rpartition("@")
    domain = domain_of(address)
    return f"{name.lower()}@{domain}" if name and domain else ""


def mailbox_of(address: str) -> str:
    """The mailbox an address leads to: without what stands after a plus, which its owner may make up."""
    name, _, domain = address.rpartition("@")
    return f"{name.partition('+')[0]}@{domain}"


def why_not_domain(text: str) -> list[str]:
    """Why a domain cannot tell for which agency a person works; empty when it can."""
    domain = normal_domain(text)
    if not domain:
        return [f"“{text}” is not a domain. Enter what stands after the @, like example.org"]
    if domain in FREE_MAIL:
        return [f"Anybody can have an address at {domain}. Enter a domain that only the agency uses"]
    if domain in _REGISTRIES:
        return [f"{domain} belongs to no single organisation. Enter the agency’s whole domain"]
    return []


def is_shared(domain: str, *, agencies: int) -> bool:
    """Whether an address at `domain`, which `agencies` agencies use, leaves open for which of them one works."""
    return domain in SHARED_MAIL or agencies > 1
