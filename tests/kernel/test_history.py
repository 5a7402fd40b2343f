"""What the memory of a session keeps, and how long; what outlives it, and what happens when nothing can."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dxkernel.kernel.history import MAX_ENTRIES, Entry, History, MemoryHistory, StoredHistory

if TYPE_CHECKING:
    from collections.abc import Callable


def filled(*codes: str) -> MemoryHistory:
    history = MemoryHistory()
    for line, code in enumerate(codes, 1):
        history.add(line, code, None)
    return history


def lines(entries: object) -> list[int]:
    assert isinstance(entries, list)
    return [entry.line for entry in entries]


def test_tail() -> None:
    history = filled("a", "b", "c")
    assert history.tail(2) == [Entry(1, 2, "b"), Entry(1, 3, "c")]
    assert lines(history.tail(9)) == [1, 2, 3]
    assert history.tail(0) == []
    assert history.tail(-1) == []


def test_range() -> None:
    history = filled("a", "b", "c", "d")
    assert lines(history.range(0, 2, 4)) == [2, 3]
    assert lines(history.range(1, 2, None)) == [2, 3, 4]
    assert history.range(-1, 0, None) == []


def test_search() -> None:
    history = filled("let a", "b", "let c", "let a")
    assert lines(history.search("let *", None, unique=False)) == [1, 3, 4]
    assert lines(history.search("let *", None, unique=True)) == [3, 4]
    assert lines(history.search("let *", 1, unique=False)) == [4]
    assert lines(history.search("?", None, unique=False)) == [2]
    assert lines(history.search("[", None, unique=False)) == []


def test_it_is_bounded() -> None:
    history = filled(*(["x"] * (MAX_ENTRIES + 5)))
    assert lines(history.tail(MAX_ENTRIES * 2)) == list(range(6, MAX_ENTRIES + 6))


def sessions(path: Path, *scenes: Callable[[StoredHistory], None]) -> None:
    """Each scene has a history of its own on the same file, as one kernel after another has."""

    async def act(scene: Callable[[StoredHistory], None]) -> None:
        history = StoredHistory(path)
        scene(history)
        await asyncio.sleep(0)
        history.close()

    for scene in scenes:
        asyncio.run(act(scene))


def add(history: History, *codes: str) -> None:
    for line, code in enumerate(codes, 1):
        history.add(line, code, f"out {code}")


def keys(entries: object) -> list[tuple[int, int, str]]:
    assert isinstance(entries, list)
    return [(entry.session, entry.line, entry.input) for entry in entries]


def test_a_history_outlives_its_kernel(tmp_path: Path) -> None:
    def second(history: StoredHistory) -> None:
        add(history, "c", "a")
        old, new = [(1, 1, "a"), (1, 2, "b")], [(2, 1, "c"), (2, 2, "a")]
        # What was added a moment ago is there, though the file may not have it yet.
        assert keys(history.tail(3)) == [*old, *new][1:]
        assert keys(history.range(0, 1, None)) == new
        assert keys(history.range(-1, 1, 2)) == old[:1]
        assert keys(history.range(1, 0, None)) == old
        assert keys(history.search("a", None, unique=False)) == [old[0], new[1]]
        assert keys(history.search("*", None, unique=True)) == [old[1], *new]
        assert keys(history.search("*", 1, unique=True)) == [new[1]]
        assert history.tail(0) == []
        assert [history.output_of(entry) for entry in history.tail(3)] == ["out b", "out c", "out a"]

    sessions(tmp_path / "h.sqlite", lambda history: add(history, "a", "b"), second)


def test_two_kernels_at_once_share_the_file(tmp_path: Path) -> None:
    async def scene() -> None:
        one, two = StoredHistory(tmp_path / "h.sqlite"), StoredHistory(tmp_path / "h.sqlite")
        add(one, "a")
        add(two, "b")
        await asyncio.sleep(0)
        assert keys(one.tail(9)) == keys(two.tail(9)) == [(1, 1, "a"), (2, 1, "b")]
        assert keys(one.range(0, 0, None)) == [(1, 1, "a")]
        one.close()
        two.close()

    asyncio.run(scene())


def read_only(path: Path) -> None:
    # A folder that cannot be made, whoever asks: permissions do not stop root.
    path.parent.write_text("a file")


def damaged(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database at all" * 100)


@pytest.mark.parametrize(("break_it", "complaint"), [(read_only, "kept in memory"), (damaged, "damaged")])
def test_a_file_that_cannot_be_used_is_said_once(
    break_it: Callable[[Path], None], complaint: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "folder" / "h.sqlite"
    break_it(path)

    def scene(history: StoredHistory) -> None:
        add(history, "a", "b")
        assert keys(history.tail(2)) == [(1, 1, "a"), (1, 2, "b")]
        assert keys(history.search("b", None, unique=True)) == [(1, 2, "b")]
        assert keys(history.range(0, 2, 3)) == [(1, 2, "b")]
        assert [history.output_of(entry) for entry in history.tail(1)] == ["out b"]

    with caplog.at_level(logging.WARNING):
        sessions(path, scene)
    assert len(caplog.records) == 1
    assert complaint in caplog.text


def test_a_full_disk_costs_a_warning_and_nothing_of_this_session(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite3.connect

    def connect_to_a_full_disk(*args: object, **options: object) -> sqlite3.Connection:
        database: sqlite3.Connection = connect(*args, **options)  # type: ignore[call-overload]
        pages = database.execute("PRAGMA page_count").fetchone()[0]
        if pages:
            database.execute(f"PRAGMA max_page_count = {pages}")
        return database

    def full(history: StoredHistory) -> None:
        add(history, "x" * 100_000, "b", "c")
        assert [line for _, line, _ in keys(history.tail(2))] == [2, 3]
        assert keys(history.search("c", None, unique=False)) == [(2, 3, "c")]
        assert keys(history.range(-1, 0, None)) == [(1, 1, "a")]

    sessions(tmp_path / "h.sqlite", lambda history: add(history, "a"))
    monkeypatch.setattr(sqlite3, "connect", connect_to_a_full_disk)
    with caplog.at_level(logging.WARNING):
        sessions(tmp_path / "h.sqlite", full)
    assert [record.message.count("disk is full") for record in caplog.records] == [1]


def test_a_kernel_that_runs_nothing_leaves_no_file(tmp_path: Path) -> None:
    sessions(tmp_path / "h.sqlite", lambda _history: None)
    assert list(tmp_path.iterdir()) == []
