"""Inputs and outputs, for `history_request`: those of this kernel's life, and those of sessions before and beside it.

What this kernel ran is kept in memory whatever happens to the file, so a full disk or a read-only home costs a warning in the
log and nothing else.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from dxkernel.magics.history import HistoryStore

log = logging.getLogger("dxkernel.kernel")

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
    def output_of(self, entry: Entry) -> str | None:
        """The plain text of an entry's result: asked for only where a client wants it."""

    def close(self) -> None: ...


class MemoryHistory:
    """The history of one kernel's life."""

    def __init__(self, session: int = CURRENT_SESSION) -> None:
        self.session = session
        self._entries: deque[Entry] = deque(maxlen=MAX_ENTRIES)

    def add(self, line: int, code: str, output: str | None) -> None:
        """Remember a cell that was stored under the number `line`."""
        self._entries.append(Entry(self.session, line, code, output))

    def tail(self, count: int) -> Sequence[Entry]:
        """The newest `count` entries."""
        return _newest(self._entries, count)

    def range(self, session: int, start: int, stop: int | None) -> Sequence[Entry]:
        """Lines `start` up to but without `stop` of a session: 0 is this one, -1 the one before, as IPython has it."""
        if session not in {0, self.session}:
            return []
        return [entry for entry in self._entries if entry.line >= start and (stop is None or entry.line < stop)]

    def search(self, pattern: str, count: int | None, *, unique: bool) -> Sequence[Entry]:
        """Inputs that match a glob; with `unique` only the newest of equal ones."""
        found = [entry for entry in self._entries if fnmatchcase(entry.input, pattern)]
        if unique:
            newest = {entry.input: entry for entry in found}
            found = sorted(newest.values(), key=lambda entry: entry.line)
        return found if count is None else _newest(found, count)

    def output_of(self, entry: Entry) -> str | None:
        return entry.output

    def close(self) -> None:
        """Nothing is open."""


class StoredHistory:
    """The history of all sessions, in a file that REPL and kernels share. Needs a running event loop."""

    def __init__(self, path: Path | None = None) -> None:
        """`path` is the file; the user's own, if it is not given."""
        self._path = path
        self._store: HistoryStore | None = None
        self._memory = MemoryHistory()
        self._waiting: deque[tuple[int, str, str | None]] = deque()
        self._warned = False

    def add(self, line: int, code: str, output: str | None) -> None:
        """Remember a cell. The file is opened and written once the cell has been answered."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._write)
        self._waiting.append((line, code, output))

    def tail(self, count: int) -> Sequence[Entry]:
        store = self._open()
        return _newest(self._merged(store.tail(max(count, 0)), self._memory.tail(count)), count)

    def range(self, session: int, start: int, stop: int | None) -> Sequence[Entry]:
        store = self._open()
        return self._merged(store.range(session, start, stop), self._memory.range(session, start, stop))

    def search(self, pattern: str, count: int | None, *, unique: bool) -> Sequence[Entry]:
        store = self._open()
        found = self._merged(store.search(pattern, count, unique), self._memory.search(pattern, count, unique=unique))
        if unique:
            newest = {entry.input: entry for entry in found}
            found = [entry for entry in found if newest[entry.input] is entry]
        return found if count is None else _newest(found, count)

    def output_of(self, entry: Entry) -> str | None:
        if entry.session == self._memory.session:
            return entry.output
        return self._open().output(entry.session, entry.line)

    def close(self) -> None:
        self._write()
        if self._store is not None:
            self._store.close()

    def _open(self) -> HistoryStore:
        """The file with everything in it. The first use opens it: a start has no time for that."""
        self._write()
        return self._opened()

    def _opened(self) -> HistoryStore:
        if self._store is None:
            from dxkernel.magics.history import HistoryStore, default_path  # noqa: PLC0415

            self._store = HistoryStore(self._path or default_path())
            self._memory.session = self._store.start_session()
            self._warn()
        return self._store

    def _write(self) -> None:
        while self._waiting:
            store = self._opened()
            line, code, output = self._waiting.popleft()
            self._memory.add(line, code, output)
            store.append(self._memory.session, line, code, output)
        self._warn()

    def _warn(self) -> None:
        if not self._warned and self._store is not None and self._store.problem:
            self._warned = True
            log.warning("%s", self._store.problem)

    def _merged(self, stored: Iterable[tuple[int, int, str]], own: Iterable[Entry]) -> list[Entry]:
        """What the file holds and what this kernel remembers: the same, unless the file could not be written."""
        self._warn()
        entries = {(session, line): Entry(session, line, source) for session, line, source in stored}
        entries.update({(entry.session, entry.line): entry for entry in own})
        return [entries[key] for key in sorted(entries)]


def _newest(entries: Iterable[Entry], count: int) -> Sequence[Entry]:
    return list(entries)[-count:] if count > 0 else []
