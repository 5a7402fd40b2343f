"""The history file: shared, and harmless when it is damaged, locked or read-only."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from dxkernel.magics.history import HistoryStore, default_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "history.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[HistoryStore]:
    """Two sessions: `a b a*` and `b c`."""
    store = HistoryStore(path)
    for sources in (["a", "b", "a*"], ["b", "c"]):
        session = store.start_session()
        for line, source in enumerate(sources, 1):
            store.append(session, line, source, None)
    yield store
    store.close()


def test_entries_outlive_their_session(store: HistoryStore, path: Path) -> None:
    store.close()
    again = HistoryStore(path)
    assert again.start_session() == 3
    assert again.tail(2) == [(2, 1, "b"), (2, 2, "c")]
    assert again.problem == ""
    again.close()


def test_tail(store: HistoryStore) -> None:
    assert store.tail(2, include_latest=False) == [(1, 3, "a*"), (2, 1, "b")]
    assert store.tail(0) == []
    assert len(store.tail(100)) == 5


@pytest.mark.parametrize(
    ("session", "start", "stop", "sources"),
    [(1, 1, None, ["a", "b", "a*"]), (1, 2, 3, ["b"]), (0, 1, None, ["b", "c"]), (-1, 1, 2, ["a"]), (9, 1, None, [])],
)
def test_range(store: HistoryStore, session: int, start: int, stop: int | None, sources: list[str]) -> None:
    assert [source for _, _, source in store.range(session, start, stop)] == sources


@pytest.mark.parametrize(
    ("pattern", "count", "unique", "found"),
    [
        ("*", None, False, [(1, 1, "a"), (1, 2, "b"), (1, 3, "a*"), (2, 1, "b"), (2, 2, "c")]),
        ("b", None, True, [(2, 1, "b")]),
        ("[ab]*", 2, False, [(1, 3, "a*"), (2, 1, "b")]),
        ("zzz", None, False, []),
    ],
)
def test_search(
    store: HistoryStore,
    pattern: str,
    count: int | None,
    unique: bool,  # noqa: FBT001
    found: list[tuple[int, int, str]],
) -> None:
    assert store.search(pattern, count, unique) == found


def test_a_second_append_brings_the_output(store: HistoryStore) -> None:
    store.append(2, 2, "c", "42")
    assert store.output(2, 2) == "42"
    assert store.output(2, 1) is None
    assert len(store.tail(100)) == 5


def test_half_a_surrogate_pair_is_no_obstacle(store: HistoryStore) -> None:
    store.append(2, 3, "'\ud83d'", None)
    assert store.tail(1) == [(2, 3, "'?'")]


def test_two_at_once(store: HistoryStore, path: Path) -> None:
    other = HistoryStore(path)
    session = other.start_session()
    other.append(session, 1, "other", None)
    store.append(2, 3, "mine", None)
    assert {source for _, _, source in store.tail(2)} == {"other", "mine"}
    other.close()


def test_a_damaged_file_is_put_aside(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database at all" * 100)
    store = HistoryStore(path)
    assert "damaged" in store.problem
    store.append(store.start_session(), 1, "a", None)
    assert store.tail(1) == [(1, 1, "a")]
    assert path.with_suffix(".broken").read_bytes().startswith(b"no database")
    store.close()


def test_a_locked_file_costs_a_moment_and_nothing_else(store: HistoryStore, path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    store.append(2, 3, "while locked", None)
    assert "locked" in store.problem
    other.execute("COMMIT")
    other.close()
    assert store.tail(1) == [(2, 3, "while locked")]


def test_a_file_that_is_locked_from_the_start(store: HistoryStore, path: Path) -> None:
    store.close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    mine = HistoryStore(path)
    session = mine.start_session()
    mine.append(session, 1, "x", None)
    assert mine.problem
    assert (session, 1, "x") in mine.tail(10)
    mine.close()
    other.close()


def test_a_read_only_file_can_be_read(store: HistoryStore, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.close()
    connect = sqlite3.connect

    def read_only(target: object, **options: object) -> sqlite3.Connection:
        if target == ":memory:":
            return connect(":memory:")
        # As root, who runs this in a container, may write to what is read-only.
        return connect(f"file:{target}?mode=ro", uri=True, **options)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(sqlite3, "connect", read_only)
    mine = HistoryStore(path)
    assert mine.start_session() == 3
    mine.append(3, 1, "x", None)
    assert mine.tail(2) == [(2, 2, "c"), (3, 1, "x")]
    assert "readonly" in mine.problem
    mine.close()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    store = HistoryStore(tmp_path / "file" / "history.sqlite")
    assert "kept in memory" in store.problem
    store.append(store.start_session(), 1, "a", None)
    assert store.tail(1) == [(1, 1, "a")]
    store.close()


def test_it_is_where_xdg_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_path() == tmp_path / "dxkernel" / "history.sqlite"
