"""Calendar files after RFC 5545: what calendar programs subscribe to, or take in once.

Small enough to write out: four kinds of line, escaped, folded, ended as the standard says. A real parser of
calendars proves it in the tests.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LONGEST_LINE = 75  # octets, without the end of the line
PROGRAM = "-//Practice Reviews//Deadlines//EN"

# A calendar must hold something (RFC 5545 §3.4): where nothing is due, the time zone in which nothing is.
_NOTHING = (
    "BEGIN:VTIMEZONE",
    "TZID:Etc/UTC",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000",
    "END:STANDARD",
    "END:VTIMEZONE",
)


@dataclass(frozen=True, slots=True)
class Event:
    """One day, or one instant, on which something is due.

    `uid` stays the same however the date moves; `moved` counts the moves; `revised_at` is when it last did.
    """

    uid: str
    on: dt.date | dt.datetime
    summary: str
    description: str
    link: str
    revised_at: dt.datetime
    moved: int = 0
    tentative: bool = False


def calendar(events: Iterable[Event], *, name: str = "", refresh_hours: int = 0) -> bytes:
    """A calendar file; with a name and hours between two looks when it is to be subscribed to."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PROGRAM}", "CALSCALE:GREGORIAN"]
    if name:
        lines += [f"NAME:{escaped(name)}", f"X-WR-CALNAME:{escaped(name)}"]
    if refresh_hours:
        lines += [
            f"REFRESH-INTERVAL;VALUE=DURATION:PT{refresh_hours}H",
            f"X-PUBLISHED-TTL:PT{refresh_hours}H",
        ]
    within = [line for event in events for line in _event(event)]
    lines += [*(within or _NOTHING), "END:VCALENDAR"]
    return b"".join(folded(line) for line in lines)


def escaped(text: str) -> str:
    """Text as a value: backslash, semicolon, comma and line ends marked, other control characters left out."""
    marked = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    marked = marked.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return "".join(
        letter for letter in marked if letter == "\t" or (ord(letter) >= 32 and ord(letter) != 127)
    )


def folded(line: str) -> bytes:
    """A line in pieces of at most 75 octets, each after the first begun by a space; no letter is split."""
    pieces: list[bytes] = []
    piece = b""
    for letter in line:
        octets = letter.encode()
        if len(piece) + len(octets) > LONGEST_LINE:
            pieces.append(piece)
            piece = b" "
        piece += octets
    return b"\r\n".join([*pieces, piece]) + b"\r\n"


def _event(event: Event) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(event.uid)}"
    yield f"DTSTAMP:{_instant(event.revised_at)}"
    yield f"SEQUENCE:{event.moved}"
    if isinstance(event.on, dt.datetime):
        yield f"DTSTART:{_instant(event.on)}"
    else:
        yield f"DTSTART;VALUE=DATE:{event.on:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{event.on + dt.timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{escaped(event.summary)}"
    yield f"DESCRIPTION:{escaped(event.description)}"
    yield f"URL:{event.link}"
    yield f"STATUS:{'TENTATIVE' if event.tentative else 'CONFIRMED'}"
    yield "CLASS:PRIVATE"
    # It takes nobody's time: the day stays free for meetings.
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _instant(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
