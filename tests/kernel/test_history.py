"""What the memory of a session keeps, and how long."""

from __future__ import annotations

from dxkernel.kernel.history import MAX_ENTRIES, Entry, MemoryHistory


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
