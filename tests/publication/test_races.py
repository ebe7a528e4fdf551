"""Two people at the same instant: exactly one publication, one closing, one tick each."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection
from factories import CaseFactory

from accounts.db import acting_as
from casework import audit
from casework.models import Case, Event, Stage
from casework.services import admit_standing
from casework.transitions import MovedOn, TransitionRefused
from deadlines.models import Deadline
from lcspr import clock
from publication import services
from publication.gates import GateKind
from publication.models import Closing, GateTick, Publication
from tests.publication.conftest import copies, pdf, prepared, signed_off_review

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    """Run each act in a thread of its own, all let go together; what each returned or raised, in order."""
    ready = threading.Barrier(len(acts))
    results = [None] * len(acts)

    def run(place, user, act):
        try:
            ready.wait(10)
            with acting_as(user):
                results[place] = act()
        except (MovedOn, TransitionRefused) as refused:
            results[place] = refused
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, *act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_two_clicks_publish_once(cast, on_day):
    review = signed_off_review(cast)
    publication = prepared(services.open_publication(review, by=cast.bum), cast)
    copies(publication, cast)
    planned = clock.today() + dt.timedelta(days=30)
    services.plan_publication(publication, planned_on=planned, by=cast.bum)
    people = (cast.bum, cast.bu)
    on_day(planned)

    results = at_once(
        *(
            (person, lambda person=person: services.publish_report(publication, by=person))
            for person in people
        )
    )

    assert sorted(type(result).__name__ for result in results) == ["MovedOn", "Publication"]
    lost = next(result for result in results if isinstance(result, MovedOn))
    assert lost.reasons == ["This has moved on: it is now “Published”."]
    assert Event.objects.filter(verb="publish", object__startswith="publication.").count() == 1
    assert Deadline.objects.filter(code="DL-22").count() == 1
    assert audit.faults() == []


def test_one_person_in_two_windows_is_not_two_people(cast):
    publication = services.open_publication(signed_off_review(cast), by=cast.bum)
    services.prepare_publication(publication, version=1, report=pdf(), by=cast.bum)

    def tick():
        return services.tick_gate(
            publication, gate=GateKind.ANONYMISED, on=clock.today(), evidence="Read.", by=cast.bum
        )

    results = at_once((cast.bum, tick), (cast.bum, tick))

    assert sorted(type(result).__name__ for result in results) == ["GateTick", "TransitionRefused"]
    assert GateTick.objects.count() == 1


def test_two_confirmations_close_once(cast):
    case = CaseFactory(partnership=cast.partnership, stage=Stage.MONITORING)
    admit_standing(case, by=cast.bum, on=clock.today(), why="Accepted")
    closing = services.propose_closing(case, summary="Done.", impact_statement="", by=cast.sgc)
    people = (cast.ic, cast.dsp_la)

    results = at_once(
        *(
            (person, lambda person=person: services.close_complete(closing, by=person, on=clock.today()))
            for person in people
        )
    )

    assert sorted(type(result).__name__ for result in results) == ["Case", "MovedOn"]
    assert Case.objects.get(pk=case.pk).stage == "closed_complete"
    assert Closing.objects.get().answered_by in people
    assert Publication.objects.count() == 0
