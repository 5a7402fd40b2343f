from __future__ import annotations

import pytest

from dxkernel.repl.live import LiveOutput
from dxkernel.repl.markdown import render_markdown
from dxkernel.repl.text import clip, moves_cursor, neutralise, row_count, width


@pytest.mark.parametrize(
    ("text", "colored", "plain"),
    [
        ("plain\ttext\n", "plain\ttext\n", "plain\ttext\n"),
        ("\x1b[31mred\x1b[39m", "\x1b[31mred\x1b[39m", "red"),
        ("\x1b[31mred", "\x1b[31mred\x1b[0m", "red"),
        ("\x1b[2J\x1b]0;title\x07", "␛[2J␛]0;title␇", "␛[2J␛]0;title␇"),
        ("\x1b]8;;http://x\x1b\\a", "␛]8;;http://x␛\\a", "␛]8;;http://x␛\\a"),
        ("a\r\nb\rc", "a\nb␍c", "a\nb␍c"),
        ("\x9b2J\x7f", "\\u009b2J␡", "\\u009b2J␡"),
        ("a\u202eb", "a\\u202eb", "a\\u202eb"),
        ("\ud83d", "\\ud83d", "\\ud83d"),
    ],
)
def test_values_cannot_steer_a_terminal(text: str, colored: str, plain: str) -> None:
    assert neutralise(text, color=True) == colored
    assert neutralise(text, color=False) == plain


@pytest.mark.parametrize(
    ("text", "kept", "note"),
    [
        ("a\nb", "a\nb", ""),
        ("a\nb\nc\nd\ne", "a\nb\nc", "… 2 more lines"),
        ("x" * 12, "x" * 10, "… 2 more characters"),
        ("x" * 8 + "\x1b[31mred", "x" * 8, "… 8 more characters"),
    ],
)
def test_long_text_is_cut(text: str, kept: str, note: str) -> None:
    assert clip(text, max_lines=3, max_characters=10) == (kept, note)


@pytest.mark.parametrize(
    ("text", "rows"),
    [("", 0), ("a", 0), ("a\n", 1), ("a" * 10, 0), ("a" * 11, 1), ("日本語日本語\n", 2), ("\x1b[31m" + "a" * 10, 0)],
)
def test_rows_are_counted(text: str, rows: int) -> None:
    assert row_count(text, 10) == rows


def test_combining_characters_take_no_cell() -> None:
    assert width("e\u0301日") == 3


@pytest.mark.parametrize(("text", "moves"), [("a\r\n", False), ("a\rb", True), ("\x1b[1m", False), ("\x1b[A", True)])
def test_text_that_moves_the_cursor_is_known(text: str, moves: bool) -> None:  # noqa: FBT001
    assert moves_cursor(text) == moves


def test_markdown() -> None:
    text = "# Title\n* **bold** `code`\n> quoted\n```ts\n*x*\n```\n[label](target)\nsnake_case_name"
    assert render_markdown(text, color=True) == (
        "\x1b[1mTitle\x1b[0m\n• \x1b[1mbold\x1b[0m \x1b[36mcode\x1b[0m\n\x1b[2m│ quoted\x1b[0m\n"
        "  \x1b[36m*x*\x1b[0m\nlabel \x1b[2m(target)\x1b[0m\nsnake_case_name"
    )
    assert render_markdown(text, color=False) == text


def live(*texts: str, columns: int = 10, rows: int = 6) -> LiveOutput:
    output = LiveOutput()
    for text in texts:
        output.add(text, "id" if text.startswith("D") else None, columns, rows)
    return output


@pytest.mark.parametrize(
    ("texts", "erasing"),
    [
        ((), "\r\x1b[J"),
        (("a\n", "b\n"), "\x1b[2A\r\x1b[J"),
        (("a" * 11 + "\n",), "\x1b[2A\r\x1b[J"),
        (("a\n" * 5,), None),
        (("a\x1b[A",), None),
    ],
)
def test_output_is_taken_back(texts: tuple[str, ...], erasing: str | None) -> None:
    assert live(*texts).erasing(10) == erasing


def test_a_display_is_replaced() -> None:
    output = live("a\n", "D1\n", "b\n")
    assert output.replacing("id", "two\nlines\n", 10, 9) == "\x1b[2A\r\x1b[Jtwo\nlines\nb\n"
    assert output.replacing("id", "D3\n", 10, 9) == "\x1b[3A\r\x1b[JD3\nb\n"
    assert output.replacing("other", "D3\n", 10, 9) is None
