"""Which request each cell came from, so that output finds its place however late it comes."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# A timer of a cell this many cells ago still prints under it. A header is a few hundred bytes.
MAX_CELLS = 4_096


@dataclass(frozen=True, slots=True)
class Parent:
    """The request behind a cell: the header its output goes under, and the client that may be asked for input."""

    header: Mapping[str, Any] = field(default_factory=dict)
    identities: Sequence[bytes] = ()
    silent: bool = False
    allow_stdin: bool = False
    execution_count: int = 0


class Parents:
    """The newest `MAX_CELLS` cells and their parents."""

    def __init__(self) -> None:
        self._by_cell: OrderedDict[int, Parent] = OrderedDict()
        self.latest = Parent()

    def remember(self, cell: int, parent: Parent) -> None:
        self._by_cell[cell] = self.latest = parent
        if len(self._by_cell) > MAX_CELLS:
            self._by_cell.popitem(last=False)

    def of(self, cell: int) -> Parent:
        """The parent of `cell`; of the latest cell if that one is unknown."""
        return self._by_cell.get(cell, self.latest)
