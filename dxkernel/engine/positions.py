"""Cursor positions: people and Jupyter count code points, JavaScript counts UTF-16 code units."""

from __future__ import annotations


def to_utf16(text: str, code_points: int) -> int:
    """The UTF-16 offset of a code point offset. Clamped to the text."""
    head = text[: max(0, code_points)]
    return len(head) + sum(1 for character in head if character > "\uffff")


def to_code_points(text: str, utf16: int) -> int:
    """The code point offset of a UTF-16 offset. An offset inside a surrogate pair counts as before it."""
    units = 0
    for index, character in enumerate(text):
        units += 2 if character > "\uffff" else 1
        if units > utf16:
            return index
    return len(text)
