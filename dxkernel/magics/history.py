"""The history that outlives a session: one SQLite file for REPL and kernel, used by several of them at once.

A file that is corrupt, locked or read-only never stops anybody: entries are then kept in memory, `problem` says what is
wrong, and nothing here raises. Sessions are numbered from 1, lines as their cells are.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
from pathlib import Path

# Long enough for another process to finish its one insert, too short to be felt.
LOCK_TIMEOUT_S = 0.2
# Entries that wait for a locked file; a session of more has forgotten the first ones anyway.
MAX_WAITING = 10_000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (session INTEGER PRIMARY KEY AUTOINCREMENT, started TEXT DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE IF NOT EXISTS history (
    session INTEGER NOT NULL, line INTEGER NOT NULL, source TEXT NOT NULL, output TEXT, PRIMARY KEY (session, line)
);
"""

Row = tuple[int, int, str, str | None]
Entry = tuple[int, int, str]
"""A session, a line in it, and its source."""


def default_path() -> Path:
    """Where this user's history is."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Application Support")
    else:
        base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "dxkernel" / "history.sqlite"


class HistoryStore:
    """Inputs and outputs of all sessions. To be used from one thread."""

    def __init__(self, path: Path) -> None:
        self.problem = ""
        """What keeps the history from being stored, in words for a person; empty while all is well."""
        self._path = path
        self._waiting: list[Row] = []
        self._session = 0
        self._database = self._open()

    def start_session(self) -> int:
        """The number of a new session."""
        self._session = self._next_session()
        return self._session

    def append(self, session: int, line: int, source: str, output: str | None) -> None:
        """Store a cell. A second call for the same line replaces the first: once before it runs, once with its output."""
        self._waiting.append((session, line, _encodable(source), None if output is None else _encodable(output)))
        del self._waiting[:-MAX_WAITING]
        self._write()

    def tail(self, n: int, include_latest: bool = True) -> list[Entry]:  # noqa: FBT001, FBT002
        """The newest `n` entries, from old to new; without `include_latest`, the newest of all is left out."""
        rows = self._select("ORDER BY session DESC, line DESC LIMIT ?", n + 1)
        rows = rows[:n] if include_latest else rows[1:]
        return rows[::-1]

    def range(self, session: int, start: int, stop: int | None) -> list[Entry]:
        """Lines `start` up to but without `stop` of a session: 0 is the one started last here, -1 the one before."""
        session = session if session > 0 else session + self._session
        end = sys.maxsize if stop is None else stop
        return self._select("WHERE session = ? AND line >= ? AND line < ? ORDER BY line", session, start, end)

    def search(self, pattern: str, n: int | None = None, unique: bool = False) -> list[Entry]:  # noqa: FBT001, FBT002
        """The newest `n` entries whose source matches a glob, from old to new; with `unique`, each source once."""
        # Of equal sources the newest: of a group, SQLite takes the bare columns from the row with the maximum.
        group = "GROUP BY source HAVING MAX(session * 1000000 + line)" if unique else ""
        limit = -1 if n is None else n
        return self._select(f"WHERE source GLOB ? {group} ORDER BY session DESC, line DESC LIMIT ?", pattern, limit)[
            ::-1
        ]

    def output(self, session: int, line: int) -> str | None:
        """The plain text that a stored cell resulted in."""
        self._write()
        try:
            sql = "SELECT output FROM history WHERE session = ? AND line = ?"
            row = self._database.execute(sql, (session, line)).fetchone()
        except sqlite3.Error:
            return None
        return row[0] if row else None

    def close(self) -> None:
        """Write what waits, and let go of the file."""
        self._write()
        with contextlib.suppress(sqlite3.Error):
            self._database.close()

    def _open(self) -> sqlite3.Connection:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            return _connect(self._path)
        except sqlite3.OperationalError as error:
            self._complain(error)
        except sqlite3.DatabaseError as error:
            with contextlib.suppress(OSError, sqlite3.Error):
                return self._replace(error)
            self._complain(error)
        except OSError as error:
            self._complain(error)
        return _connect(":memory:")

    def _replace(self, error: sqlite3.DatabaseError) -> sqlite3.Connection:
        """Put a file that is no database aside, where its owner can look at it, and begin a new one."""
        aside = self._path.with_suffix(".broken")
        self._path.replace(aside)
        self.problem = f"the history in {self._path} is damaged ({error}); it is now {aside}, and a new one was begun"
        return _connect(self._path)

    def _next_session(self) -> int:
        try:
            with self._database:
                number = self._database.execute("INSERT INTO sessions DEFAULT VALUES").lastrowid
        except sqlite3.Error as error:
            self._complain(error)
            # Reading may work where writing does not.
            self._database = self._in_memory()
            with self._database:
                number = self._database.execute("INSERT INTO sessions DEFAULT VALUES").lastrowid
        return number or 1

    def _in_memory(self) -> sqlite3.Connection:
        memory = _connect(":memory:")
        with contextlib.suppress(sqlite3.Error), memory:
            rows = self._database.execute("SELECT session, line, source, output FROM history").fetchall()
            memory.executemany("INSERT OR REPLACE INTO history VALUES (?, ?, ?, ?)", rows)
            newest = self._database.execute("SELECT MAX(session) FROM sessions").fetchone()[0]
            if newest:
                memory.execute("INSERT INTO sessions (session) VALUES (?)", (newest,))
        return memory

    def _write(self) -> None:
        if not self._waiting:
            return
        try:
            with self._database:
                self._database.executemany("INSERT OR REPLACE INTO history VALUES (?, ?, ?, ?)", self._waiting)
        except sqlite3.Error as error:  # Locked: the next one tries again.
            self._complain(error)
        else:
            self._waiting.clear()

    def _select(self, condition: str, *arguments: object) -> list[Entry]:
        self._write()
        try:
            sql = f"SELECT session, line, source FROM history {condition}"  # noqa: S608  (ours, without arguments)
            return self._database.execute(sql, arguments).fetchall()
        except sqlite3.Error as error:
            self._complain(error)
            return []

    def _complain(self, error: Exception) -> None:
        self.problem = self.problem or f"the history in {self._path} cannot be used ({error}); it is kept in memory"


def _connect(path: Path | str) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=LOCK_TIMEOUT_S)
    try:
        # Readers and one writer at once; and an insert need not wait for the disk.
        with contextlib.suppress(sqlite3.OperationalError):
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
        if not _has_tables(database):
            database.executescript(_SCHEMA)
    except sqlite3.Error:
        database.close()
        raise
    return database


def _has_tables(database: sqlite3.Connection) -> bool:
    sql = "SELECT COUNT(*) FROM sqlite_master WHERE name IN ('sessions', 'history')"
    return bool(database.execute(sql).fetchone()[0] == 2)


def _encodable(text: str) -> str:
    # JavaScript's strings may hold half a surrogate pair; SQLite's may not.
    return text.encode("utf-8", "replace").decode("utf-8")
