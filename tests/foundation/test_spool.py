"""The durable spool: what was accepted is read once the process is back, whatever happened."""

import asyncio
import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornbread.foundation import spool
from cornbread.foundation.spool import segments
from cornbread.foundation.spool.framing import HEAD, frame, frames
from cornbread.foundation.spool.writer import SpoolWriter

Aside = list[tuple[bytes, str]]


def everything(directory: Path, aside: Aside | None = None) -> list[bytes]:
    """What a reader finds and deals with, a few at a time."""
    reader = spool.SpoolReader(
        directory, lambda *what: (aside if aside is not None else []).append(what)
    )
    found: list[bytes] = []
    while portion := reader.read(3):
        found += portion.records
        reader.move(portion.after)
    return found


def only_segment(directory: Path) -> Path:
    (number,) = segments.numbers(directory)
    return segments.path_of(directory, number)


def test_what_was_written_is_read_in_order_and_once(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path)
    writer.write([b"one", b"two"])
    writer.write([b"three", b"four", b"five"])
    assert everything(tmp_path) == [b"one", b"two", b"three", b"four", b"five"]
    assert everything(tmp_path) == []
    writer.write([b"six"])
    assert everything(tmp_path) == [b"six"]


def test_what_was_not_dealt_with_is_read_again(tmp_path: Path) -> None:
    SpoolWriter(tmp_path).write([b"one", b"two"])
    reader = spool.SpoolReader(tmp_path, lambda *_: None)
    assert reader.read() is not None
    assert everything(tmp_path) == [b"one", b"two"]


def test_segments_that_were_dealt_with_are_deleted(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path, segment_bytes=100)
    for number in range(20):
        writer.write([b"%d" % number * 40])
    assert len(segments.numbers(tmp_path)) > 5
    assert len(everything(tmp_path)) == 20
    assert len(segments.numbers(tmp_path)) == 1


@given(
    records=st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=8),
    cut=st.integers(0, 10_000),
    tail=st.binary(max_size=30),
)
def test_a_torn_end_yields_the_whole_records_before_it(
    records: list[bytes], cut: int, tail: bytes
) -> None:
    data = b"".join(map(frame, records))
    torn = data[: cut % len(data)]
    ends, place = [], 0
    for record in records:
        place += HEAD + len(record)
        ends.append(place)
    found = [record for record, _ in frames(torn)]
    assert found == records[: sum(end <= len(torn) for end in ends)]
    # Whatever stands behind the records, they themselves are read.
    assert [one for one, _ in frames(data + b"\0" * 20 + tail)] == records


def test_a_crash_in_the_middle_of_a_record_loses_that_one_only(tmp_path: Path) -> None:
    first = SpoolWriter(tmp_path)
    first.write([b"one", b"two"])
    first.close()
    with only_segment(tmp_path).open("ab") as file:
        file.write(frame(b"never promised")[:-3])
    aside: Aside = []
    assert everything(tmp_path, aside) == [b"one", b"two"]
    SpoolWriter(tmp_path).write([b"three"])
    assert everything(tmp_path, aside) == [b"three"]
    assert aside == []


def test_a_damaged_record_is_set_aside_and_those_behind_it_are_read(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path, segment_bytes=1)
    writer.write([b"one", b"two", b"three"])
    path = only_segment(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"two", b"t?o"))
    writer.write([b"four"])
    aside: Aside = []
    assert everything(tmp_path, aside) == [b"one", b"three", b"four"]
    assert [record[HEAD:] for record, _ in aside] == [b"t?o"]


def test_a_lost_position_and_an_emptied_directory_are_no_end(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path, segment_bytes=1)
    writer.write([b"one"])
    writer.write([b"two"])
    assert everything(tmp_path) == [b"one", b"two"]
    (tmp_path / "position").write_text("not json")
    assert everything(tmp_path) == [b"two"]
    only_segment(tmp_path).unlink()
    writer.write([b"three"])
    assert everything(tmp_path) == [b"three"]


def test_a_full_spool_takes_nothing_until_something_was_dealt_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cornbread.foundation.spool.writer._SIZE_FRESH_S", 0)
    writer = SpoolWriter(tmp_path, segment_bytes=50, most_bytes=120)
    writer.write([b"x" * 60])
    with pytest.raises(spool.SpoolFull):
        writer.write([b"y" * 60])
    writer.write([b"z" * 40])
    assert len(everything(tmp_path)) == 2
    writer.write([b"y" * 60])
    assert everything(tmp_path) == [b"y" * 60]


@pytest.mark.parametrize("broken", ["write", "force"])
def test_a_disk_that_takes_no_more_is_told_and_nothing_is_half_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    writer = SpoolWriter(tmp_path)
    writer.write([b"before"])

    def half(descriptor: int, data: bytes) -> int:
        if len(data) < 20:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, data[:20])

    def failing(descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    write = os.write
    with monkeypatch.context() as patch:
        patch.setattr(*((os, "write", half) if broken == "write" else (segments, "force", failing)))
        with pytest.raises(spool.SpoolUnwritable):
            writer.write([b"refused" * 10])
    writer.write([b"after"])
    assert everything(tmp_path) == [b"before", b"after"]


def test_two_processes_write_into_two_directories(tmp_path: Path) -> None:
    first, second = spool.open_writer(tmp_path), spool.open_writer(tmp_path)
    assert {first.directory.name, second.directory.name} == {"0", "1"}
    first.close()
    assert spool.open_writer(tmp_path).directory.name == "0"


def test_one_process_reads_and_the_other_waits(tmp_path: Path) -> None:
    with spool.reading(tmp_path) as ours, spool.reading(tmp_path) as theirs:
        assert (ours, theirs) == (True, False)
    with spool.reading(tmp_path) as again:
        assert again


class Groups:
    """A writer that notes what it was given, and does it when the test says so."""

    def __init__(self) -> None:
        self.groups: list[list[bytes]] = []
        self.go = threading.Event()
        self.trouble: Exception | None = None

    def write(self, records: list[bytes]) -> None:
        self.go.wait(5)
        self.groups.append(records)
        if self.trouble:
            raise self.trouble

    def close(self) -> None:
        self.groups.append([b"closed"])


def test_what_comes_while_a_group_is_written_is_one_group() -> None:
    writer = Groups()
    commit = spool.GroupCommit(lambda: writer)

    async def burst() -> None:
        waiting = [asyncio.create_task(commit.append(b"%d" % number)) for number in range(50)]
        await asyncio.sleep(0.05)
        assert not any(one.done() for one in waiting)
        writer.go.set()
        await asyncio.gather(*waiting)

    asyncio.run(burst())
    assert sum(map(len, writer.groups)) == 50
    assert len(writer.groups) <= 3
    commit.append_now(b"from a thread")
    commit.close()
    assert writer.groups[-2:] == [[b"from a thread"], [b"closed"]]


def test_everybody_in_a_group_hears_that_it_failed() -> None:
    writer = Groups()
    writer.trouble = spool.SpoolUnwritable("It cannot be stored.")
    writer.go.set()
    commit = spool.GroupCommit(lambda: writer)

    async def both() -> list[object]:
        asked = (commit.append(b"one"), commit.append(b"two"))
        return list(await asyncio.gather(*asked, return_exceptions=True))

    assert all(isinstance(one, spool.SpoolUnwritable) for one in asyncio.run(both()))
    with pytest.raises(spool.SpoolUnwritable):
        commit.append_now(b"three")
    writer.trouble = None
    commit.append_now(b"four")


def test_a_writer_that_cannot_be_opened_is_asked_for_again() -> None:
    answers: list[Callable[[], Groups]] = []

    def refuse() -> Groups:
        raise OSError(errno.EACCES, "Permission denied")

    writer = Groups()
    writer.go.set()
    answers += [refuse, lambda: writer]
    commit = spool.GroupCommit(lambda: answers.pop(0)())
    with pytest.raises(OSError, match="Permission denied"):
        commit.append_now(b"one")
    commit.append_now(b"two")
    assert writer.groups == [[b"two"]]
