"""Text on its way to a terminal: what it may hold, how long it may be, how much room it takes.

Pure. What a program *prints* is its own business and passes as it is; what it merely *holds* (values, names, messages) must
not be able to repaint the screen, so it goes through `neutralise` first.
"""

from __future__ import annotations

import re
import unicodedata

# Enough to look through; whoever wants more than a few screens of a value prints it.
MAX_LINES = 400
MAX_CHARACTERS = 60_000

RESET = "\x1b[0m"

_SGR = re.compile(r"\x1b\[[\d;:]*m")
# Colours pass; controls, and the marks that make text run backwards, are shown instead of obeyed.
_UNSAFE = re.compile(r"\x1b\[[\d;:]*m|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_MOVES = re.compile(r"\r(?!\n)|\x08|\x1b(?!\[[\d;:]*m)")


def neutralise(text: str, *, color: bool) -> str:
    """`text` with every control character made visible, except newline, tab and, with `color`, colours."""
    found = False

    def replace(match: re.Match[str]) -> str:
        nonlocal found
        piece = match[0]
        if len(piece) > 1:
            found = True
            return piece if color else ""
        return _visible(piece)

    text = _UNSAFE.sub(replace, text.replace("\r\n", "\n"))
    return text + RESET if color and found and not text.endswith(("\x1b[39m", RESET)) else text


def without_colors(text: str) -> str:
    """`text` without colours."""
    return _SGR.sub("", text)


def clip(text: str, *, max_lines: int = MAX_LINES, max_characters: int = MAX_CHARACTERS) -> tuple[str, str]:
    """As much of `text` as the budget allows, and a note that says how much is missing, empty when nothing is."""
    lines = text.split("\n")
    kept = "\n".join(lines[:max_lines])
    if len(kept) > max_characters:
        # Never in the middle of a colour's escape sequence.
        kept = re.sub(r"\x1b\[?[\d;:]*$", "", kept[:max_characters])
        return kept, f"… {len(text) - len(kept):,} more characters"
    if len(lines) > max_lines:
        return kept, f"… {len(lines) - max_lines:,} more lines"
    return text, ""


def moves_cursor(text: str) -> bool:
    """Whether `text` does more to a terminal than advance: then nobody can tell how many rows it took."""
    return _MOVES.search(text) is not None


def row_count(text: str, columns: int) -> int:
    """How many line ends `text` makes on a terminal, those of lines that are too long included."""
    lines = without_colors(text).split("\n")
    wrapped = sum(max(0, (width(line) - 1) // max(columns, 1)) for line in lines)
    return len(lines) - 1 + wrapped


def width(text: str) -> int:
    """How many cells one line of `text` takes."""
    if text.isascii():
        return len(text.expandtabs(8))
    return sum(_cells(char) for char in text.expandtabs(8))


def _cells(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def _visible(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"\\u{code:04x}"
