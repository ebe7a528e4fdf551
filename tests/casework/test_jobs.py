"""Long work: asked for, done by a worker, looked at later; what stops it, and who may have what it made."""

from __future__ import annotations

import datetime as dt

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.urls import reverse
from factories import CaseFactory
from weasyprint.urls import FatalURLFetchingError

from casework import jobs, pdf
from casework.jobs import JobFailed, Made
from casework.models import Event, Job, JobState
from casework.services import raise_wall
from lcspr import clock

TASK = "deadlines.tasks.make_week_sheet"
PDF = b"%PDF-1.7 something"
NOW = dt.datetime(2026, 6, 10, 15, tzinfo=dt.UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch):
    """The tasks handed to the broker: name, keys, queue."""
    found = []
    monkeypatch.setattr(
        jobs.current_app,
        "send_task",
        lambda name, args, queue, expires: found.append((name, args, queue, expires)),
    )
    return found


@pytest.fixture
def case(cast):
    return CaseFactory(partnership=cast.partnership)


@pytest.fixture
def job(cast, sent, time_machine):
    time_machine.move_to(NOW, tick=False)
    return jobs.ask(
        TASK, by=cast.bum, title="Week sheet", origin="/deadlines/week/", asked={"week": "2026-06-08"}
    )


def made(*cases):
    return lambda job: Made(PDF, "week-sheet.pdf", frozenset(case.pk for case in cases))


def page_of(client, job, name="job"):
    return client.get(reverse(f"casework:{name}", args=[job.pk]))


class TestAsking:
    def test_it_is_queued_after_the_commit_for_the_workers_of_documents(
        self, cast, sent, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            job = jobs.ask(TASK, by=cast.bum, title="Week sheet", origin="/", asked={})
            assert sent == []

        assert sent == [(TASK, [str(job.pk)], "documents", None)]

    def test_with_the_broker_down_the_wish_stands_and_is_handed_out_later(
        self, cast, monkeypatch, sent, django_capture_on_commit_callbacks, time_machine
    ):
        time_machine.move_to(NOW, tick=False)

        def refuse(*args, **kwargs):
            raise ConnectionError

        with monkeypatch.context() as patched, django_capture_on_commit_callbacks(execute=True):
            patched.setattr(jobs.current_app, "send_task", refuse)
            job = jobs.ask(TASK, by=cast.bum, title="Week sheet", origin="/", asked={})
        assert jobs.pick_up() == 0

        time_machine.shift(120)

        assert jobs.pick_up() == 1
        assert sent == [(TASK, [str(job.pk)], "documents", 60)]


class TestDoing:
    def test_what_is_made_is_kept_sealed(self, job, case):
        jobs.run(str(job.pk), made(case))

        job.refresh_from_db()
        assert (job.state, job.cases, job.failure) == (JobState.DONE, [case.pk], "")
        assert job.file.open().read() == PDF
        assert PDF not in job.file.storage.sealed_bytes(job.file.name)

    def test_a_task_that_comes_twice_makes_one_file(self, job, case):
        jobs.run(str(job.pk), made(case))
        first = Job.objects.get().file.name

        jobs.run(str(job.pk), made(case))

        assert Job.objects.get().file.name == first

    def test_a_failure_says_why_in_its_own_words(self, job):
        def make(job):
            raise JobFailed("You hold no role here any more.")

        jobs.run(str(job.pk), make)

        job.refresh_from_db()
        assert (job.state, job.failure) == (JobState.FAILED, "You hold no role here any more.")

    def test_one_that_takes_too_long_says_so(self, job):
        def make(job):
            raise SoftTimeLimitExceeded

        jobs.run(str(job.pk), make)

        assert Job.objects.get().failure == jobs.TOO_LONG

    def test_a_fault_is_told_without_its_words_and_still_raised(self, job):
        def make(job):
            raise RuntimeError("Robin Quillfeather")

        with pytest.raises(RuntimeError):
            jobs.run(str(job.pk), make)

        assert Job.objects.get().failure == jobs.WENT_WRONG

    def test_what_ends_its_worker_is_not_tried_for_ever(self, job):
        class Killed(BaseException):
            """Nothing in the program answers to it, as nothing does to a kill."""

        def make(job):
            raise Killed

        for _ in range(jobs.MOST_ATTEMPTS):
            with pytest.raises(Killed):
                jobs.run(str(job.pk), make)
        assert Job.objects.get().state == JobState.RUNNING

        jobs.run(str(job.pk), make)

        assert (Job.objects.get().state, Job.objects.get().failure) == (JobState.FAILED, jobs.STOPPED)

    def test_one_lost_with_its_worker_is_handed_out_again(self, job, sent, time_machine):
        Job.objects.update(state=JobState.RUNNING, started_at=clock.now())
        assert jobs.pick_up() == 0

        time_machine.shift(301)

        assert jobs.pick_up() == 1
        assert [name for name, *_ in sent] == [TASK]

    def test_progress_is_seen_while_it_runs(self, cast, job, case, sign_in):
        seen = []

        def make(job):
            jobs.progress(job, 1, of=4)
            seen.append(page_of(sign_in(cast.bum), job).content.decode())
            return made(case)(job)

        jobs.run(str(job.pk), make)

        assert 'value="25"' in seen[0]
        assert "Working" in seen[0]


class TestLooking:
    def test_it_waits_is_ready_and_is_downloaded_with_a_record(self, cast, job, case, sign_in):
        client = sign_in(cast.bum)
        waiting = page_of(client, job).content.decode()
        assert "You can leave this page and come back to it." in waiting
        assert page_of(client, job, "job_file").status_code == 404

        jobs.run(str(job.pk), made(case))

        assert "It is ready." in page_of(client, job).content.decode()
        response = page_of(client, job, "job_file")
        assert b"".join(response.streaming_content) == PDF
        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Disposition"] == 'attachment; filename="week-sheet.pdf"'
        assert "no-store" in response["Cache-Control"]
        event = Event.objects.get(verb="downloaded")
        assert (event.actor, event.object) == (cast.bum, f"casework.Job:{job.pk}")

    def test_a_failure_is_told_with_the_way_back(self, cast, job, sign_in):
        jobs.fail(job, "It took too long.")

        page = page_of(sign_in(cast.bum), job).content.decode()

        assert "It took too long." in page
        assert 'href="/deadlines/week/"' in page

    @pytest.mark.parametrize("name", ["job", "job_file"])
    def test_it_is_nobody_else_s(self, cast, job, case, outsider, sign_in, name):
        jobs.run(str(job.pk), made(case))

        assert page_of(sign_in(outsider), job, name).status_code == 404
        assert page_of(sign_in(cast.bu), job, name).status_code == 404

    def test_a_wall_raised_since_closes_the_file(self, cast, job, case, sign_in):
        jobs.run(str(job.pk), made(case))
        client = sign_in(cast.bum)
        raise_wall(case, user=cast.bum, reason="A neighbour", by=cast.bu)

        assert "It cannot be opened any more." in page_of(client, job).content.decode()
        refused = page_of(client, job, "job_file")
        assert (refused.status_code, PDF in refused.content) == (409, False)
        assert not Event.objects.filter(verb="downloaded").exists()

    def test_after_a_day_it_is_gone(
        self, cast, job, case, sign_in, time_machine, django_capture_on_commit_callbacks
    ):
        jobs.run(str(job.pk), made(case))
        file = Job.objects.get().file
        assert jobs.forget() == 0
        time_machine.shift(dt.timedelta(days=1, seconds=1))

        with django_capture_on_commit_callbacks(execute=True):
            assert jobs.forget() == 1

        assert not file.storage.exists(file.name)
        client = sign_in(cast.bum)
        assert "It is gone." in page_of(client, job).content.decode()
        assert page_of(client, job, "job_file").status_code == 404


class TestPdf:
    def test_nothing_but_our_own_files_is_fetched(self, tmp_path, settings):
        secret = tmp_path / "secret.css"
        secret.write_text("p {}")
        fetch = pdf.only_ours().fetch

        assert b"OFFICIAL" not in fetch("static:css/pdf.css")._file_obj.read()
        for address in (
            secret.as_uri(),
            "file:///etc/passwd",
            "http://127.0.0.1:1/x.css",
            "data:text/css,p{}",
            "static:../lcspr/settings.py",
            "static:/etc/passwd",
            "static:css/none.css",
        ):
            with pytest.raises(FatalURLFetchingError):
                fetch(address)

    def test_a_page_that_asks_for_something_else_is_not_made(self, monkeypatch):
        page = '<html lang="en"><head><title>x</title></head><body><img src="file:///etc/passwd" alt=""></body></html>'
        monkeypatch.setattr(pdf, "render_to_string", lambda *args: page)

        with pytest.raises(pdf.NotOurs):
            pdf.render("pdf/base.html", {})

    def test_without_fonts_nothing_is_begun(self, settings, tmp_path):
        settings.FONTCONFIG_FILE = str(tmp_path / "fontconfig" / "fonts.conf")

        with pytest.raises(pdf.FontsMissing):
            pdf.render("pdf/base.html", {"title": "Empty"})
