"""Files and dates of every kind, good and bad, read without a crash."""

import csv
import io
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cornbread.channels.networks.file.dates import DateOrder, read_date
from cornbread.channels.networks.file.problems import Unusable
from cornbread.channels.networks.file.reader import (
    Row,
)
from tests.channels.files import HEADER, MAP, SAMPLE, everything, posts, written


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("Tue Oct 31 22:10:47 +0000 2017", DateOrder.STRICT),
        ("2017-10-31T22:10:47Z", DateOrder.STRICT),
        ("2017-10-31 22:10:47", DateOrder.STRICT),
        ("2017-10-31T18:10:47-04:00", DateOrder.STRICT),
        ("1509487847", DateOrder.STRICT),
        ("1509487847000", DateOrder.STRICT),
        ("1509487847000000", DateOrder.STRICT),
        ("Tue, 31 Oct 2017 22:10:47 GMT", DateOrder.STRICT),
        ("31 October 2017 10:10:47 PM", DateOrder.STRICT),
        ("10/31/2017 22:10:47", DateOrder.MONTH_FIRST),
        ("31/10/2017 22:10:47", DateOrder.DAY_FIRST),
    ],
)
def test_dates_of_many_exports_are_the_same_moment(text: str, order: DateOrder) -> None:
    assert read_date(text, order) == datetime(2017, 10, 31, 22, 10, 47, tzinfo=UTC)


def test_the_mapping_can_say_that_the_day_comes_first(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + "1,a,1,03/04/2017,x,\n")
    (post,) = posts(path, MAP + ",dates=dmy")
    assert post.created_at == datetime(2017, 4, 3, tzinfo=UTC)


def test_a_zone_nobody_knows_is_not_read_as_utc() -> None:
    with pytest.raises(Unusable):
        read_date("31 October 2017 22:10 XQT")


texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=60)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(texts, st.booleans(), st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1))),
        max_size=12,
    ),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_whatever_a_csv_writer_writes_is_read_back(
    tmp_path: Path, rows: list[tuple[str, bool, datetime]], quoting: int, end: str
) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    writer.writerow(["id", "author", "text", "inbound", "created_at"])
    for number, (text, inbound, moment) in enumerate(rows):
        writer.writerow([str(number), "ana", text, str(inbound), moment.isoformat()])
    found = everything(written(tmp_path, out.getvalue()))
    assert all(isinstance(row, Row) for row in found)
    assert [
        (row.post.text, row.post.addressed, row.post.created_at.replace(tzinfo=None))
        for row in found
        if isinstance(row, Row)
    ] == rows


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tail=st.one_of(
        st.binary(max_size=200),
        st.text(alphabet='",\n\rx1', max_size=80).map(str.encode),
        st.text(alphabet='{}[]":,\\u0d81e\n', max_size=80).map(str.encode),
    ),
    json_lines=st.booleans(),
)
def test_no_file_whatsoever_stops_the_reader(tmp_path: Path, tail: bytes, json_lines: bool) -> None:
    head = b'{"id":1,"author":2,"text":"","created_at":5}\n' if json_lines else HEADER.encode()
    path = written(tmp_path, head + tail)
    rows = everything(path)
    lines = [row.line for row in rows]
    assert lines == sorted(set(lines)), "each record is told once, in the order of the file"


@given(text=st.one_of(st.text(max_size=70), st.text(alphabet="0123456789-/:.T+Z ", max_size=30)))
def test_no_date_whatsoever_stops_the_reader(text: str) -> None:
    with suppress(Unusable):
        assert read_date(text).utcoffset() == timedelta(0)


@pytest.mark.skipif(not SAMPLE.exists(), reason="the sample of real threads is not here")
def test_real_support_threads_are_read_as_the_csv_module_reads_them() -> None:
    with SAMPLE.open(newline="", encoding="utf-8") as file:
        expected = [row["tweet_id"] for row in csv.DictReader(file) if row["inbound"]]
    assert [post.external_id for post in posts(SAMPLE)] == expected
