"""The inputs and outputs of this session, for `history_request`.

Kept in memory. A store that outlives the kernel needs only the methods of `History`.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# A session of this many cells is a program that drives the kernel, not a person who will look back.
MAX_ENTRIES = 10_000
CURRENT_SESSION = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One cell: its session, its number, what was typed, and the plain text of its result."""

    session: int
    line: int
    input: str
    output: str | None = None


class History(Protocol):
    """Where inputs go. Every method that reads returns entries from old to new."""

    def add(self, line: int, code: str, output: str | None) -> None: ...
    def tail(self, count: int) -> Sequence[Entry]: ...
    def range(self, session: int, start: int, stop: int | None) -> Sequence[Entry]: ...
    def search(self, pattern: str, count: int | None, *, unique: bool) -> Sequence[Entry]: ...


class MemoryHistory:
    """The history of one kernel's life."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=MAX_ENTRIES)

    def add(self, line: int, code: str, output: str | None) -> None:
        """Remember a cell that was stored under the number `line`."""
        self._entries.append(Entry(CURRENT_SESSION, line, code, output))

    def tail(self, count: int) -> Sequence[Entry]:
        """The newest `count` entries."""
        return _newest(self._entries, count)

    def range(self, session: int, start: int, stop: int | None) -> Sequence[Entry]:
        """Lines `start` up to but without `stop` of a session: 0 is this one, -1 the one before, as IPython has it."""
        if session not in {0, CURRENT_SESSION}:
            return []
        return [entry for entry in self._entries if entry.line >= start and (stop is None or entry.line < stop)]

    def search(self, pattern: str, count: int | None, *, unique: bool) -> Sequence[Entry]:
        """Inputs that match a glob; with `unique` only the newest of equal ones."""
        found = [entry for entry in self._entries if fnmatchcase(entry.input, pattern)]
        if unique:
            newest = {entry.input: entry for entry in found}
            found = sorted(newest.values(), key=lambda entry: entry.line)
        return found if count is None else _newest(found, count)


def _newest(entries: Iterable[Entry], count: int) -> Sequence[Entry]:
    return list(entries)[-count:] if count > 0 else []
