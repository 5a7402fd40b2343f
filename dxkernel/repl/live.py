"""What of a cell's output is still on the screen, so that it can be taken back or replaced.

Pure: counts rows. A terminal cannot tell what stands on it; so this is known only while the output of one cell fits on the
screen and moves the cursor nowhere by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from dxkernel.repl.text import moves_cursor, row_count


@dataclass(slots=True)
class _Block:
    text: str
    display_id: str | None


class LiveOutput:
    """The blocks that one cell has written, from top to bottom."""

    def __init__(self) -> None:
        self._blocks: list[_Block] = []
        self._lost = False

    def forget(self) -> None:
        """A new cell begins: what stands above is out of reach."""
        self._blocks.clear()
        self._lost = False

    def add(self, text: str, display_id: str | None, columns: int, rows: int) -> None:
        """`text` was written."""
        if not text or self._lost:
            return
        self._blocks.append(_Block(text, display_id))
        if moves_cursor(text) or self._rows(0, columns) >= rows - 1:
            self._blocks.clear()
            self._lost = True

    def erasing(self, columns: int) -> str | None:
        """What to write to take all of it back; `None` if that is impossible."""
        if self._lost:
            return None
        sequence = self._back_to(0, columns)
        self._blocks.clear()
        return sequence

    def replacing(self, display_id: str, text: str, columns: int, rows: int) -> str | None:
        """What to write so that the display `display_id` shows `text`; `None` if it is out of reach."""
        first = next((index for index, block in enumerate(self._blocks) if block.display_id == display_id), None)
        if first is None or moves_cursor(text):
            return None
        back = self._back_to(first, columns)
        for block in self._blocks[first:]:
            if block.display_id == display_id:
                block.text = text
        below = "".join(block.text for block in self._blocks[first:])
        if self._rows(0, columns) >= rows - 1:
            self._blocks.clear()
            self._lost = True
        return back + below

    def _rows(self, first: int, columns: int) -> int:
        return row_count("".join(block.text for block in self._blocks[first:]), columns)

    def _back_to(self, first: int, columns: int) -> str:
        # A block that another one continues on the same line begins where that one ended; only whole lines are exact.
        rows = self._rows(first, columns)
        return (f"\x1b[{rows}A" if rows else "") + "\r\x1b[J"
