"""The history as prompt_toolkit wants it, out of the store that the kernel shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_toolkit.history import History

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dxkernel.magics.history import HistoryStore

# What arrow keys and Ctrl-R reach; reading more would be felt at the first prompt.
MAX_ENTRIES = 2_000


class StoredHistory(History):
    """Reads the store; what is typed gets there when it runs, with its number, and not from here."""

    def __init__(self, store: HistoryStore | None) -> None:
        super().__init__()
        self._store = store

    def load_history_strings(self) -> Iterable[str]:
        """Sources from new to old, neighbours that are equal once."""
        last = None
        for _, _, source in reversed(self._store.tail(MAX_ENTRIES)) if self._store else ():
            if source != last:
                yield source
            last = source

    def store_string(self, string: str) -> None:
        """Nothing: see above."""
