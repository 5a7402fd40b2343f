"""Cells find their requests, and the memory for that is bounded."""

from __future__ import annotations

from dxkernel.kernel.parents import MAX_CELLS, Parent, Parents


def test_a_cell_finds_its_parent_and_a_forgotten_one_the_latest() -> None:
    parents = Parents()
    assert parents.of(1) == Parent()
    known = [Parent({"msg_id": str(cell)}) for cell in range(MAX_CELLS + 1)]
    for cell, parent in enumerate(known):
        parents.remember(cell, parent)
    assert parents.of(1) is known[1]
    assert parents.of(0) is known[-1]
