"""Days off from calendar files and countries, and hours as they are written down."""

from datetime import date

import pytest

from cornbread.care.domain.hours import in_words, stored_hours
from cornbread.care.domain.ical import MOST_CHARACTERS, days_off
from cornbread.care.domain.public_holidays import (
    countries,
    public_holidays,
    refuse_unknown,
    subdivisions,
)
from cornbread.foundation.errors import Invalid

FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)


def ics(*events: str) -> str:
    body = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}\r\n{event}\r\nEND:VEVENT\r\n"
        for number, event in enumerate(lines(*events))
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//\r\n{body}END:VCALENDAR\r\n"


def lines(*events: str) -> list[str]:
    return ["\r\n".join(part.strip() for part in event.strip().splitlines()) for event in events]


def days(*events: str) -> list[str]:
    return [day.isoformat() for day in days_off(ics(*events), FIRST, LAST).days]


class TestFiles:
    def test_an_all_day_event_is_a_day_off_with_its_name(self) -> None:
        found = days_off(
            ics("DTSTART;VALUE=DATE:20261224\nSUMMARY:Christmas\\, at last"), FIRST, LAST
        )
        assert found.days == {date(2026, 12, 24): "Christmas, at last"}

    def test_the_day_after_the_last_is_where_it_ends(self) -> None:
        event = "DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227"
        assert days(event) == ["2026-12-24", "2026-12-25", "2026-12-26"]
        assert days("DTSTART;VALUE=DATE:20261224\nDURATION:P2D") == ["2026-12-24", "2026-12-25"]

    def test_what_comes_round_is_expanded_for_the_years_that_are_wanted(self) -> None:
        yearly = "DTSTART;VALUE=DATE:19700501\nRRULE:FREQ=YEARLY"
        assert days(yearly) == ["2026-05-01", "2027-05-01", "2028-05-01"]
        fourth = "DTSTART;VALUE=DATE:20201126\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"
        assert days(fourth) == ["2026-11-26", "2027-11-25", "2028-11-23"]

    def test_it_ends_where_its_rule_says(self) -> None:
        for until in ("20270601", "20270601T000000Z"):
            event = f"DTSTART;VALUE=DATE:20260501\nRRULE:FREQ=YEARLY;UNTIL={until}"
            assert days(event) == ["2026-05-01", "2027-05-01"]
        assert days("DTSTART;VALUE=DATE:20260501\nRRULE:FREQ=YEARLY;COUNT=1") == ["2026-05-01"]

    def test_days_taken_out_added_moved_and_cancelled_are_respected(self) -> None:
        yearly = "DTSTART;VALUE=DATE:20260501\nRRULE:FREQ=YEARLY"
        assert days(yearly + "\nEXDATE;VALUE=DATE:20270501") == ["2026-05-01", "2028-05-01"]
        assert "2026-05-02" in days(yearly + "\nRDATE;VALUE=DATE:20260502")
        assert days(yearly + "\nSTATUS:CANCELLED") == []
        moved = (
            "BEGIN:VEVENT\r\nUID:0\r\nRECURRENCE-ID;VALUE=DATE:20270501\r\n"
            "DTSTART;VALUE=DATE:20270503\r\nEND:VEVENT\r\n"
        )
        text = ics(yearly).replace("END:VCALENDAR", f"{moved}END:VCALENDAR")
        found = [day.isoformat() for day in days_off(text, FIRST, LAST).days]
        assert found == ["2026-05-01", "2027-05-03", "2028-05-01"]
        dropped = text.replace(
            "DTSTART;VALUE=DATE:20270503", "STATUS:CANCELLED\r\nDTSTART;VALUE=DATE:20270501"
        )
        found = [day.isoformat() for day in days_off(dropped, FIRST, LAST).days]
        assert found == ["2026-05-01", "2028-05-01"]

    def test_events_with_a_time_are_counted_and_left_out(self) -> None:
        found = days_off(ics("DTSTART:20261224T100000Z\nSUMMARY:Stand-up"), FIRST, LAST)
        assert (found.days, found.timed, found.unreadable) == ({}, 1, 0)

    @pytest.mark.parametrize(
        "event",
        [
            "SUMMARY:no day at all",
            "DTSTART;VALUE=DATE:tomorrow",
            "DTSTART;VALUE=DATE:20260501\nRRULE:FREQ=SECONDLY",
            "DTSTART;VALUE=DATE:20260501\nRRULE:FREQ=YEARLY;BYDAY=NO",
        ],
    )
    def test_what_cannot_be_understood_is_counted_and_left_out(self, event: str) -> None:
        found = days_off(ics(event, "DTSTART;VALUE=DATE:20261224"), FIRST, LAST)
        assert (list(found.days), found.unreadable) == ([date(2026, 12, 24)], 1)

    def test_an_event_that_never_ends_is_cut_off(self) -> None:
        event = "DTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:20991231"
        assert len(days(event)) == 366

    def test_a_week_off_every_week_is_too_much(self) -> None:
        with pytest.raises(Invalid, match="at most"):
            days_off(
                ics("DTSTART;VALUE=DATE:19900101\nDURATION:P7D\nRRULE:FREQ=WEEKLY"),
                date(1990, 1, 1),
                LAST,
            )

    @pytest.mark.parametrize(
        "text", ["", "hello", "BEGIN:VCARD\nEND:VCARD", "BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "\x00"]
    )
    def test_other_files_are_refused_in_plain_words(self, text: str) -> None:
        with pytest.raises(Invalid, match="no calendar file"):
            days_off(text, FIRST, LAST)

    def test_so_are_files_that_are_far_too_large(self) -> None:
        with pytest.raises(Invalid, match="too large"):
            days_off("x" * (MOST_CHARACTERS + 1), FIRST, LAST)

    def test_a_rule_that_never_comes_true_takes_no_time(self) -> None:
        assert days("DTSTART;VALUE=DATE:20260201\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30") == [
            "2026-02-01"
        ]


class TestCountries:
    def test_they_are_listed_by_their_names(self) -> None:
        names = list(countries().values())
        assert names == sorted(names)
        assert countries()["DE"] == "Germany"
        assert countries()["US"] == "United States"
        assert len(names) > 200

    def test_parts_of_a_country_have_holidays_of_their_own(self) -> None:
        assert subdivisions("DE")["BY"] == "Bayern"
        assert date(2026, 1, 6) in public_holidays("DE", "BY", 2026, 2026)
        assert date(2026, 1, 6) not in public_holidays("DE", "BE", 2026, 2026)
        assert public_holidays("DE", "BE", 2026, 2026)[date(2026, 12, 25)] == "Christmas Day"

    def test_nowhere_has_none(self) -> None:
        assert public_holidays("", "", 2026, 2027) == {}
        assert subdivisions("XX") == {}

    @pytest.mark.parametrize("place", [("XX", ""), ("DE", "CA"), ("", "BY")])
    def test_places_that_do_not_exist_are_refused(self, place: tuple[str, str]) -> None:
        with pytest.raises(Invalid, match="Choose a"):
            refuse_unknown(*place)


class TestHours:
    def test_a_week_is_said_in_a_line(self) -> None:
        weekdays = {str(day): [["09:00", "12:00"], ["13:00", "17:30"]] for day in range(5)}
        assert in_words(weekdays | {"5": [["10:00", "14:00"]]}) == (
            "Mon–Fri 09:00–12:00, 13:00–17:30; Sat 10:00–14:00"
        )
        assert in_words({"0": [["09:00", "12:00"]], "2": [["09:00", "12:00"]]}) == (
            "Mon 09:00–12:00; Wed 09:00–12:00"
        )

    def test_midnight_can_be_written_both_ways(self) -> None:
        assert stored_hours({0: [("18:00", "24:00")]}) == {"0": [["18:00", "00:00"]]}
        assert stored_hours({"0": [("00:00", "24:00")]}) == {"0": [["00:00", "00:00"]]}
