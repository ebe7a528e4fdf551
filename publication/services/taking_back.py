"""Taking back a publication recorded in error, as when the wrong file became public (T38 in error)."""

from __future__ import annotations

from typing import Final

from django.db import transaction

import referrals.services
from accounts.models import User
from casework.models import TakingBack
from casework.transitions import perform
from panels import services as panels
from publication.models import Publication
from publication.services import clocks, telling
from referrals.services.taking_back import confirmed

TAKE_BACK: Final = "take_back_publication"


@transaction.atomic
def ask_to_take_back_publication(publication: Publication, *, reason: str, by: User) -> TakingBack:
    """Ask a colleague to confirm that it was published in error; nothing changes until then."""
    return referrals.services.ask_to_take_back(publication, transition=TAKE_BACK, by=by, reason=reason)


@transaction.atomic
def confirm_publication_taken_back(asked: TakingBack, *, by: User) -> Publication:
    """Take back what was published in error: it has no public address any more and is prepared anew.

    The review's months run again, what publication began stops, the author's access holds as before, and those who
    were told are told. Refused to whoever asked, and once something has been built on it.
    """
    asked = confirmed(asked, by=by)
    publication = Publication.objects.get(pk=asked.about.partition(":")[2])
    publication = perform(
        publication,
        "take_back_publication",
        by=by,
        words=f"Took back the publication, made in error: {asked.reason}",
    )
    case = perform(publication.case, "take_back_publication", by=by, words="Publication is prepared again")
    clocks.taken_back(publication, reason="The publication was made in error", by=by)
    panels.restore_authors_access(case, by=by)
    telling.tell("publication_taken_back", case, telling.TOLD_OF_PUBLICATION, by=by, about=publication)
    return publication
