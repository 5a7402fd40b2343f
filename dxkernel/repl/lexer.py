"""TypeScript in colour while it is typed, by Pygments.

Only the lines that are on the screen are looked at, and only from the last line before the change where no template or
comment is open: so a keystroke at the end of two thousand lines costs as much as at the end of two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_toolkit.lexers import Lexer
from prompt_toolkit.styles.pygments import pygments_token_to_classname

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from prompt_toolkit.document import Document
    from prompt_toolkit.formatted_text import StyleAndTextTuples

# Longer lines are minified code or data; colours say nothing there and cost much.
MAX_LINE_CHARACTERS = 2_000


class TypeScriptLexer(Lexer):
    """Remembers the last text it was asked about."""

    def __init__(self) -> None:
        self._lines: Sequence[str] = ()
        self._done: list[StyleAndTextTuples] = []
        self._clean: list[int] = []
        self._more: Iterator[None] = iter(())

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        lines = document.lines
        self._rewind(lines)

        def get_line(number: int) -> StyleAndTextTuples:
            if number >= len(lines):
                return []
            if lines is not self._lines:
                self._rewind(lines)
            while len(self._done) <= number and next(self._more, self) is not self:
                pass
            return self._done[number] if number < len(self._done) else [("", lines[number])]

        return get_line

    def _rewind(self, lines: Sequence[str]) -> None:
        same = 0
        for before, now in zip(self._lines, lines, strict=False):
            if before != now or same >= len(self._done):
                break
            same += 1
        start = max((line for line in self._clean if line <= same), default=0)
        self._lines = lines
        del self._done[start:]
        self._clean = [line for line in self._clean if line <= start]
        self._more = self._lex(start)

    def _lex(self, start: int) -> Iterator[None]:
        """Lex line after line from `start`, where nothing is open."""
        lines = self._lines
        if any(len(line) > MAX_LINE_CHARACTERS for line in lines[start:]):
            return
        current: StyleAndTextTuples = []
        depth, clean = 0, True
        source = "\n".join(lines[start:]) + "\n"
        for offset, kind, text in _tokens(source):
            name, style = str(kind), f"class:{pygments_token_to_classname(kind)}"
            depth += text.count("${") - text.count("}") if name.endswith("Interpol") else 0
            # Pygments knows a comment or a string only when it is closed: closing it later changes what follows its start.
            unclosed = "Error" in name or (source.startswith("/*", offset) and not name.endswith("Multiline"))
            clean = clean and not unclosed
            pieces = text.split("\n")
            for index, piece in enumerate(pieces):
                if index:
                    self._done.append(current)
                    current = []
                    if clean and not depth and "String" not in name and not name.endswith("Multiline"):
                        self._clean.append(len(self._done))
                    yield
                if piece:
                    current.append((style, piece))


def _tokens(text: str) -> Iterator[tuple[int, object, str]]:
    # Imported with the first key, not with the first prompt.
    from pygments.lexers.javascript import TypeScriptLexer as PygmentsLexer  # noqa: PLC0415

    yield from PygmentsLexer().get_tokens_unprocessed(text)
