from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from govuk.dates import MONTHS, Mistyped, clock_text, date_text, instant, parse_date, parse_time
from govuk.templatetags.govuk_dates import (
    govuk_date,
    govuk_datetime,
    govuk_short_date,
    govuk_time,
    govuk_weekday,
    in_days,
    in_working_days,
)
from govuk.widgets import posted

LONDON = ZoneInfo("Europe/London")
TYPED = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)


def typed(day, month, year):
    return {"day": day, "month": month, "year": year}


def attempt(read, *values):
    try:
        return read(*values)
    except Mistyped as found:
        return found.problem, found.parts


def mistake(read, *values):
    with pytest.raises(Mistyped) as found:
        read(*values)
    return found.value.problem, found.value.parts


@given(
    st.dates(min_value=date(1000, 1, 1)),
    st.integers(3, 9),
    st.sampled_from([str.upper, str.lower, str.title]),
)
def test_every_date_can_be_typed_in_figures_or_with_the_name_of_the_month(day, letters, written):
    name = written(MONTHS[day.month - 1][:letters])

    assert parse_date(typed(str(day.day), str(day.month), str(day.year))) == day
    assert parse_date(typed(f" {day.day:02}", name, f"{day.year} ")) == day


@given(TYPED, TYPED, TYPED)
def test_whatever_is_typed_is_a_date_or_a_mistake_in_words(day, month, year):
    outcome = attempt(parse_date, typed(day, month, year))

    assert isinstance(outcome, date) or (outcome[0].startswith("must ") and outcome[1])


@pytest.mark.parametrize(
    ("values", "problem", "parts"),
    [
        (("27", "", "2016"), "must include a month", ("month",)),
        (("27", "", ""), "must include a month and a year", ("month", "year")),
        (("", " ", "2016"), "must include a day and a month", ("day", "month")),
        (("32", "1", "2016"), "must be a real date", ("day",)),
        (("0", "13", "2016"), "must be a real date", ("day", "month")),
        (("1", "Foo", "2016"), "must be a real date", ("month",)),
        (("1", "ma", "2016"), "must be a real date", ("month",)),
        (("31", "6", "2016"), "must be a real date", ("day",)),
        (("29", "2", "2026"), "must be a real date", ("day",)),
        (("1", "2", "16"), "must have a year of 4 numbers", ("year",)),
        (("1", "2", "０２０１６"), "must have a year of 4 numbers", ("year",)),
        (("²", "2", "2016"), "must be a real date", ("day",)),
        (("1" * 5000, "2", "2016"), "must be a real date", ("day",)),
    ],
)
def test_a_mistake_names_the_wrong_boxes(values, problem, parts):
    assert mistake(parse_date, typed(*values)) == (problem, parts)


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("5:30pm", time(17, 30)),
        ("5.30 PM", time(17, 30)),
        ("5:30 p.m.", time(17, 30)),
        ("17:30", time(17, 30)),
        ("1730", time(17, 30)),
        ("05:30", time(5, 30)),
        ("9am", time(9)),
        ("12am", time(0)),
        ("12pm", time(12)),
        ("12:05am", time(0, 5)),
        ("midday", time(12)),
        (" Noon ", time(12)),
        ("midnight", time(0)),
        ("00:00", time(0)),
        ("23:59", time(23, 59)),
    ],
)
def test_a_time_is_read_as_people_write_it(text, clock):
    assert parse_time(text) == clock


@pytest.mark.parametrize("text", ["5:30", "9", "12", "930"])
def test_a_time_that_could_be_morning_or_afternoon_is_asked_again(text):
    problem, parts = mistake(parse_time, text)

    assert parts == ("time",)
    assert problem in (
        "must say am or pm, or use the 24-hour clock, like 5:30pm or 17:30",
        "must have a time like 5:30pm or 17:30",
    )


@pytest.mark.parametrize("text", ["25:00", "13pm", "0am", "10:60", "24:00"])
def test_a_time_no_clock_shows_is_refused(text):
    assert mistake(parse_time, text) == ("must have a real time, like 5:30pm or 17:30", ("time",))


@given(st.times())
def test_a_time_as_we_write_it_is_read_back(clock):
    clock = clock.replace(second=0, microsecond=0, fold=0)

    assert parse_time(clock_text(clock)) == clock
    assert parse_time(f"{clock:%H:%M}") == clock


@given(TYPED)
def test_whatever_is_typed_is_a_time_or_a_mistake_in_words(text):
    outcome = attempt(parse_time, text)

    assert isinstance(outcome, time) or outcome[1] == ("time",)


def test_the_hour_that_does_not_exist_is_refused():
    assert mistake(instant, date(2026, 3, 29), time(1, 30), LONDON) == (
        "must have a time that happened: the clocks went forward over 1:30am that day",
        ("time",),
    )


def test_the_hour_that_happens_twice_is_the_first_of_the_two():
    assert instant(date(2026, 10, 25), time(1, 30), LONDON) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(st.dates(date(1980, 1, 1), date(2060, 1, 1)), st.times())
def test_every_other_moment_is_the_one_the_clocks_of_london_showed(day, clock):
    clock = clock.replace(fold=0)
    shown = datetime.combine(day, clock, tzinfo=LONDON)
    assume(shown.astimezone(UTC).astimezone(LONDON).time() == clock)

    read = instant(day, clock, LONDON)

    assert read.astimezone(LONDON).replace(tzinfo=None) == shown.replace(tzinfo=None)
    assert read.utcoffset() == timedelta(0)


@given(st.dates(min_value=date(1000, 1, 1)))
def test_what_a_browser_posts_for_a_date_is_that_date(day):
    assert parse_date({key.removeprefix("on-"): text for key, text in posted("on", day).items()}) == day


def test_dates_and_times_are_written_in_the_style_of_gov_uk():
    evening = datetime(2026, 9, 3, 16, 30, tzinfo=UTC)

    assert date_text(date(2026, 9, 3)) == "3 September 2026"
    assert govuk_date(evening) == "3 September 2026"
    assert govuk_weekday(evening) == "Thursday 3 September 2026"
    assert govuk_short_date(evening) == "3 Sep"
    assert govuk_datetime(evening) == "3 September 2026 at 5:30pm"
    assert [govuk_time(time(hour)) for hour in (0, 9, 12, 15)] == ["midnight", "9am", "midday", "3pm"]
    assert [
        govuk_date(None),
        govuk_datetime(None),
        govuk_time(None),
        govuk_weekday(""),
        in_days(None, None),
    ] == [""] * 5


def test_an_instant_late_in_a_summer_evening_belongs_to_the_next_day_in_london():
    assert govuk_date(datetime(2026, 7, 1, 23, 15, tzinfo=UTC)) == "2 July 2026"
    assert in_days(datetime(2026, 7, 1, 23, 15, tzinfo=UTC), date(2026, 7, 1)) == "tomorrow"


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "today"), (1, "tomorrow"), (-1, "yesterday"), (6, "in 6 days"), (-3, "3 days ago")],
)
def test_distance_in_days(days, words):
    assert in_days(date(2026, 1, 13) + timedelta(days=days), date(2026, 1, 13)) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "today"),
        (1, "in 1 working day"),
        (4, "in 4 working days"),
        (-1, "1 working day late"),
        (-2, "2 working days late"),
        (None, ""),
    ],
)
def test_distance_in_working_days(count, words):
    assert in_working_days(count) == words
