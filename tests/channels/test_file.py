"""Bringing in posts from files."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cornbread.channels.domain.posts import Visibility
from cornbread.channels.networks.file import network
from cornbread.channels.networks.file.lines import LONGEST_RECORD, START
from cornbread.channels.networks.file.mapping import Mapping
from cornbread.channels.networks.file.problems import Reason, RejectedLine
from cornbread.channels.networks.file.reader import (
    Row,
    batches,
    file_key,
    layout,
    mapping_for,
    resume,
)
from cornbread.foundation.errors import Invalid, NotFound
from tests.channels.files import GOOD, HEADER, MAP, everything, posts, rejected, written


def test_a_customers_row_becomes_a_post_addressed_to_us(tmp_path: Path) -> None:
    (post,) = posts(written(tmp_path, HEADER + GOOD))
    assert (post.external_id, post.author.handle, post.text) == ("1", "ana", "Hello")
    assert post.created_at == datetime(2017, 10, 31, 22, 10, 47, tzinfo=UTC)
    assert post.addressed
    assert not post.ours
    assert post.in_reply_to is None
    assert json.loads(post.raw)["text"] == "Hello"


def test_an_outbound_row_is_our_reply(tmp_path: Path) -> None:
    (post,) = posts(written(tmp_path, HEADER + "2,us,False,2017-10-31,Hi,1.0\n"))
    assert post.ours
    assert not post.addressed
    assert post.in_reply_to == "1"


def test_integers_written_as_floats_are_integers(tmp_path: Path) -> None:
    (post,) = posts(written(tmp_path, HEADER + "3.0,115712.0,1.0,1509487847.0,Hi,NaN\n"))
    assert (post.external_id, post.author.external_id) == ("3", "115712")
    assert post.in_reply_to is None
    assert post.created_at == datetime(2017, 10, 31, 22, 10, 47, tzinfo=UTC)


def test_a_text_over_several_lines_is_one_post_and_lines_are_counted_in_the_file(
    tmp_path: Path,
) -> None:
    path = written(tmp_path, HEADER + '1,ana,in,2017-10-31,"one\r\ntwo, ""three""\n\n",\n' + GOOD)
    first, second = everything(path)
    assert isinstance(first, Row)
    assert isinstance(second, Row)
    assert first.post.text == 'one\r\ntwo, "three"\n\n'
    assert (first.line, second.line) == (2, 6)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",ana,true,2017-10-31,x,", "empty_id"),
        ("nan,ana,true,2017-10-31,x,", "empty_id"),
        ("9.24E+17,ana,true,2017-10-31,x,", "damaged_id"),
        ("1, ,true,2017-10-31,x,", "empty_author"),
        ("1,ana,perhaps,2017-10-31,x,", "bad_inbound"),
        ("1,ana,,2017-10-31,x,", "bad_inbound"),
        ("1,ana,true,yesterday,x,", "bad_date"),
        ("1,ana,true,,x,", "bad_date"),
        ("1,ana,true,12:30,x,", "bad_date"),
        ("1,ana,true,03/04/2017,x,", "ambiguous_date"),
        ("1,ana", "too_few_columns"),
        ("1,ana,true,2017-10-31,Well, that is that,", "too_many_columns"),
        ("1,ana,true,2017-10-31,a\0b,", "nul"),
        ('1,ana,true,2017-10-31,"never closed,', "broken_quotes"),
        ("1,ana,true,2017-10-31," + "x" * LONGEST_RECORD + ",", "too_large"),
        ("1" * 300 + ",ana,true,2017-10-31,x,", "too_long"),
    ],
)
def test_a_bad_line_is_told_with_its_reason_and_the_rest_goes_on(
    tmp_path: Path, line: str, reason: str
) -> None:
    path = written(tmp_path, HEADER + GOOD + line + "\n" + GOOD)
    assert rejected(path) == [(3, reason)]
    assert len(posts(path)) == 2


def test_a_line_that_is_not_utf_8_is_left_out_alone(tmp_path: Path) -> None:
    path = written(tmp_path, (HEADER + GOOD).encode() + b"2,\xff,1,2017-10-31,x,\n" + GOOD.encode())
    assert rejected(path) == [(3, "encoding")]
    assert len(posts(path)) == 2


def test_a_huge_text_over_many_lines_is_left_out_as_one_record(tmp_path: Path) -> None:
    huge = '1,ana,true,2017-10-31,"' + "2,eve,true,2017-10-31,forged,\n" * 80_000 + '",\n'
    path = written(tmp_path, HEADER + huge + GOOD)
    assert rejected(path) == [(2, "too_large")]
    assert [post.author.handle for post in posts(path)] == ["ana"]


def test_a_huge_text_that_is_never_closed_costs_only_its_first_line(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + '1,ana,true,2017-10-31,"oh,\n' + GOOD * 40_000)
    assert rejected(path) == [(2, "broken_quotes")]
    assert len(posts(path)) == 40_000


def test_a_carriage_return_within_a_text_is_part_of_it(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + "1,ana,true,2017-10-31,one\rtwo,\n" + GOOD)
    assert [post.text for post in posts(path)] == ["one\rtwo", "Hello"]


def test_quotes_of_a_careless_export_are_read_as_spreadsheets_read_them(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + '1,ana,true,2017-10-31,"two\nlines" ,\n')
    assert [post.text for post in posts(path)] == ["two\nlines "]


def test_a_byte_order_mark_and_semicolons_are_understood(tmp_path: Path) -> None:
    content = "\ufeffID;Author;Body;Date\n1;ana;a, b;2017-10-31\n"
    (post,) = posts(written(tmp_path, content))
    assert (post.external_id, post.text) == ("1", "a, b")
    assert post.addressed, "without an inbound column every row is a customer's"


def test_json_lines_are_read_with_paths_into_objects(tmp_path: Path) -> None:
    lines = [
        {"id": 3.0, "user": {"id": 7, "name": "Ana"}, "text": "hi", "created_at": 1509487847000},
        ["no object"],
        {"id": 4, "user": {"id": 8}, "text": {"no": "text"}, "created_at": "2017-10-31"},
        {"id": 5, "user": {"id": 8}, "text": "a\0b", "created_at": "2017-10-31"},
    ]
    path = written(tmp_path, "\n".join(map(json.dumps, lines)) + '\n{"id": 6,\n\n', "x.jsonl")
    first, *rest = everything(path, "id=id,author=user.id,name=user.name,text=text,"
                              "created_at=created_at")  # fmt: skip
    assert isinstance(first, Row)
    assert (first.post.external_id, first.post.author.external_id) == ("3", "7")
    assert first.post.author.name == "Ana"
    assert first.post.created_at == datetime(2017, 10, 31, 22, 10, 47, tzinfo=UTC)
    found = [(row.line, row.reason) for row in rest if isinstance(row, RejectedLine)]
    assert found == [
        (2, Reason.BAD_JSON),
        (3, Reason.NOT_TEXT),
        (4, Reason.NUL),
        (5, Reason.BAD_JSON),
    ]


def test_optional_columns_are_kept_and_a_script_is_no_address(tmp_path: Path) -> None:
    header = "id,author,name,text,created_at,lang,url,visibility\n"
    first, second = posts(
        written(
            tmp_path,
            header
            + "1,a,Ana,x,2017-10-31,DE_de,https://example.org/1,dm\n"
            + "2,b,Ben,x,2017-10-31,,javascript:alert(1),\n",
        )
    )
    assert (first.author.name, first.lang, first.url) == ("Ana", "de-de", "https://example.org/1")
    assert first.visibility is Visibility.DIRECT
    assert (second.lang, second.url, second.visibility) == (None, "", Visibility.PUBLIC)


def test_an_unknown_visibility_is_not_taken_for_public(tmp_path: Path) -> None:
    header = "id,author,text,created_at,visibility\n"
    assert rejected(written(tmp_path, header + "1,a,x,2017-10-31,secret\n")) == [
        (2, "bad_visibility")
    ]


def test_an_unknown_column_is_refused_with_a_suggestion(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + GOOD)
    with pytest.raises(Invalid, match="Did you mean author") as refusal:
        mapping_for(path, MAP.replace("author=author", "author=autor"))
    assert "Columns of the file: id, author, inbound" in refusal.value.message


@pytest.mark.parametrize("spec", ["ids=id", "id", "id=", "id=a,id=b", "dates=ymd"])
def test_a_mapping_that_cannot_be_read_is_refused(spec: str) -> None:
    with pytest.raises(Invalid):
        Mapping.parse(spec)


def test_columns_that_cannot_be_guessed_are_asked_for(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="Say which column is id, created_at"):
        mapping_for(written(tmp_path, "one,text,user\n1,2,3\n"))


def test_two_columns_of_the_same_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="more than one column called text"):
        mapping_for(written(tmp_path, "id,author,text,created_at,text\n"))


@pytest.mark.parametrize("content", [b"", b"\x1f\x8bxx", b"PK\x03\x04", b"\xff\xfea", b"[{}]"])
def test_a_file_without_readable_posts_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Invalid):
        layout(written(tmp_path, content))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        layout(tmp_path / "nothing.csv")


def test_an_import_goes_on_after_the_last_kept_batch(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + "".join(GOOD.replace("1,", f"{n},", 1) for n in range(1, 26)))
    mapping = mapping_for(path)
    first, second, third = batches(path, mapping, size=10)
    assert [len(batch.posts) for batch, _, _ in (first, second, third)] == [10, 10, 5]
    again = list(batches(path, mapping, start=resume(path, mapping, second[0].cursor)))
    assert [post.external_id for post in again[0][0].posts] == ["21", "22", "23", "24", "25"]
    assert list(batches(path, mapping, start=resume(path, mapping, third[0].cursor))) == []


def test_a_cursor_of_another_content_or_mapping_is_not_trusted(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + GOOD + GOOD)
    mapping = mapping_for(path)
    cursor = next(batches(path, mapping, size=1))[0].cursor
    assert resume(path, mapping, cursor) != START
    assert resume(path, Mapping.parse(MAP.replace(",inbound=inbound", "")), cursor) == START
    for nonsense in (None, "", "5", "5:1:x", "-1:0:x"):
        assert resume(path, mapping, nonsense) == START
    key = file_key(path)
    path.write_text(HEADER + GOOD.replace("Hello", "Hallo") + GOOD)
    assert resume(path, mapping, cursor) == START
    assert file_key(path) != key


def test_the_network_of_files_can_only_keep(tmp_path: Path) -> None:
    connected = network.connect({"name": "Old help desk"}, local=False)
    assert connected.name == "Old help desk"
    assert not network.capabilities.can_reply
