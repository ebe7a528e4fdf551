"""Log lines carry neither identity nor narrative."""

import logging
import re

# PostgreSQL repeats the offending row after DETAIL, over as many lines as the row holds: a child's name, a person's
# words. Nothing that looks like the end of the row can be trusted, so the cut runs to the next exception of the chain.
DETAIL = re.compile(
    r"^(DETAIL|CONTEXT):.*?(?=^(?:Traceback \(most recent|The above exception was|During handling of)|\Z)",
    re.MULTILINE | re.DOTALL,
)

# A link that opens something by itself: whoever reads the log must not be able to follow it.
SECRET = re.compile(r"(/(?:invitation|calendar)/)[\w-]{20,}")


def without_row(message: str) -> str:
    """Cut the rows that PostgreSQL quotes out of an error's text."""
    return DETAIL.sub(r"\1: left out of the log\n", message).rstrip("\n")


class PlainFormatter(logging.Formatter):
    """One plain line, and tracebacks without the rows that the database quotes; no secret of a link."""

    def format(self, record: logging.LogRecord) -> str:
        return SECRET.sub(r"\1…", without_row(super().format(record)))
