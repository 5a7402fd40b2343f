"""Errors as text, as people see them."""

from __future__ import annotations

import textwrap
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dxkernel.devtools.traceback import MAX_FRAMES, render_error, sanitize
from dxkernel.engine.events import ErrorValue, StackFrame

CELL = StackFrame("greet", "Cell [3]", 2, 13, source="return user.name;")
TOP = StackFrame("", "Cell [3]", 5, 1, source="greet();")
NODE = StackFrame("run", "node:vm", 10, 2, internal=True)


def check(error: ErrorValue, expected: str) -> None:
    assert render_error(error) == textwrap.dedent(expected).strip("\n")


def test_message_code_and_frames() -> None:
    check(
        ErrorValue("TypeError", "no name", (CELL, NODE, NODE, TOP, NODE)),
        """
        TypeError: no name
              2 │ return user.name;
                              ^
            at greet (Cell [3]:2:13)
            … 2 internal frames
            at Cell [3]:5:1
        """,
    )


def test_internal_frames_on_top_are_folded_and_the_users_code_is_shown() -> None:
    check(
        ErrorValue("Error", "from Node", (NODE, TOP)),
        """
        Error: from Node
              5 │ greet();
                  ^
            … 1 internal frame
            at Cell [3]:5:1
        """,
    )


def test_frames_of_an_error_that_is_not_in_the_users_code_are_counted() -> None:
    check(ErrorValue("Error", "from Node", (NODE, NODE)), "Error: from Node\n    … 2 internal frames")


def test_syntax_errors_show_every_diagnostic() -> None:
    first = StackFrame("", "Cell [1]", 1, 5, source="let = 1")
    second = StackFrame("", "Cell [1]", 2, 3, source="a b")
    check(
        ErrorValue(
            "SyntaxError", "Unexpected token", (first,), errors=(ErrorValue("SyntaxError", "Expected ;", (second,)),)
        ),
        """
        SyntaxError: Unexpected token
              1 │ let = 1
                      ^
            at Cell [1]:1:5
          [1] SyntaxError: Expected ;
                2 │ a b
                      ^
              at Cell [1]:2:3
        """,
    )


def test_causes_and_children_are_indented() -> None:
    inner = ErrorValue("RangeError", "inner", cause=ErrorValue("Error", "root"))
    check(
        ErrorValue(
            "AggregateError", "all failed", errors=(inner, ErrorValue("Error", "b")), cause=ErrorValue("Error", "c")
        ),
        """
        AggregateError: all failed
          [1] RangeError: inner
            Caused by: Error: root
          [2] Error: b
          Caused by: Error: c
        """,
    )


def test_what_was_thrown_need_not_be_an_error() -> None:
    check(ErrorValue("Uncaught", "{ code: 42 }"), "Uncaught { code: 42 }")
    check(ErrorValue("E", "m", cause=ErrorValue("Uncaught", "'why'")), "E: m\n  Caused by: 'why'")


def test_recursion_is_counted() -> None:
    check(
        ErrorValue("RangeError", "deep", (TOP,) * 9 + (StackFrame("async", "Cell [1]", 1, 2),) * 2),
        """
        RangeError: deep
              5 │ greet();
                  ^
            at Cell [3]:5:1
            … the same frame 8 more times
            at async Cell [1]:1:2
            at async Cell [1]:1:2
        """,
    )


def test_own_properties_are_shown() -> None:
    check(
        ErrorValue("Error", "ENOENT: no such file", details="{ errno: -2, code: 'ENOENT' }"),
        """
        Error: ENOENT: no such file
          { errno: -2, code: 'ENOENT' }
        """,
    )


@pytest.mark.parametrize(
    ("source", "column", "caret"),
    [
        ("\tx()", 2, "\t^"),
        ("'日本' + x", 8, "         ^"),  # wide characters take two cells
        ("'\U0001f600' + x", 8, "       ^"),  # two code units, two cells
        ("'e\u0301' + x", 8, "      ^"),  # a combining accent takes none
        ("x", 99, " ^"),
    ],
)
def test_the_caret_stands_under_its_column(source: str, column: int, caret: str) -> None:
    frame = StackFrame("", "Cell [1]", 1, column, source=source)
    lines = render_error(ErrorValue("E", "", (frame,))).split("\n")
    assert lines[2] == " " * len("      1 │ ") + caret


def test_long_lines_are_cut_around_the_column() -> None:
    frame = StackFrame("", "min.js", 1, 50_001, source="a" * 50_000 + "X" + "b" * 50_000)
    lines = render_error(ErrorValue("E", "", (frame,))).split("\n")
    assert len(lines[1]) < 200
    assert lines[1][lines[2].index("^")] == "X"


def test_deep_recursion_has_a_budget() -> None:
    lines = render_error(
        ErrorValue("RangeError", "deep", tuple(replace(CELL, line=line) for line in range(1, MAX_FRAMES + 8)))
    ).split("\n")
    assert lines[-1] == "    … 7 more frames"


def test_endless_causes_have_a_budget() -> None:
    error = ErrorValue("Error", "root")
    for _ in range(200):
        error = ErrorValue("Error", "next", cause=error)
    assert len(render_error(error).split("\n")) < 20


def test_colour_is_only_added() -> None:
    error = ErrorValue("TypeError", "no", (CELL, NODE), cause=ErrorValue("Error", "c"))
    assert sanitize(render_error(error, color=True)) == render_error(error)
    assert "\x1b[" in render_error(error, color=True)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("\x1b[2J\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("a\rb\x08\x00c\x9bd", "abcd"),
        ("tab\tand\nline\r\n", "tab\tand\nline\n"),
        ("\x1b", ""),
    ],
)
def test_sanitize(text: str, clean: str) -> None:
    assert sanitize(text) == clean


@given(st.text(), st.text(), st.text(), st.text(), st.integers(), st.integers(), st.text())
def test_nothing_the_program_says_reaches_the_terminal_raw(
    name: str, message: str, function: str, file: str, line: int, column: int, source: str
) -> None:
    hostile = ErrorValue(name, message, (StackFrame(function, file, line, column, source=source),), details=message)
    text = render_error(hostile)
    assert all(char in "\n\t" or (ord(char) >= 0x20 and not 0x7F <= ord(char) <= 0x9F) for char in text)
