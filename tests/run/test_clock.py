from datetime import UTC, date, datetime, timedelta

import time_machine

from lcspr import clock


def test_without_a_file_the_clock_is_real(settings, tmp_path):
    settings.CLOCK_FILE = str(tmp_path / "not there")

    with time_machine.travel(datetime(2026, 3, 28, 12, tzinfo=UTC), tick=False):
        assert clock.now() == datetime(2026, 3, 28, 12, tzinfo=UTC)


def test_the_file_moves_the_clock_and_moves_it_again(settings, tmp_path):
    settings.CLOCK_FILE = str(tmp_path / "clock")

    with time_machine.travel(datetime(2026, 3, 28, 12, tzinfo=UTC), tick=False):
        for days in (1, 700, -3, 0):
            clock.set_offset(timedelta(days=days).total_seconds())
            assert clock.now() == datetime(2026, 3, 28, 12, tzinfo=UTC) + timedelta(days=days)


def test_no_clock_file_means_no_offset(settings):
    settings.CLOCK_FILE = ""

    assert clock.offset() == timedelta()


def test_today_turns_at_midnight_in_london(settings):
    settings.CLOCK_FILE = ""

    # In summer London is an hour ahead of UTC.
    with time_machine.travel(datetime(2026, 7, 1, 22, 59, tzinfo=UTC), tick=False):
        assert clock.today() == date(2026, 7, 1)
    with time_machine.travel(datetime(2026, 7, 1, 23, 0, tzinfo=UTC), tick=False):
        assert clock.today() == date(2026, 7, 2)
    with time_machine.travel(datetime(2026, 12, 1, 23, 59, tzinfo=UTC), tick=False):
        assert clock.today() == date(2026, 12, 1)
