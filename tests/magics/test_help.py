"""Which cells ask about something, and which are programs."""

from __future__ import annotations

import pytest

from dxkernel.magics.help import HelpQuery, help_query


@pytest.mark.parametrize(
    ("code", "query"),
    [
        ("Math.sqrt?", HelpQuery("Math.sqrt", source=False)),
        ("  name ??\n", HelpQuery("name", source=True)),
        ("$a[0].b['c']?.d?", HelpQuery("$a[0].b['c']?.d", source=False)),
        ("größe?", HelpQuery("größe", source=False)),
        ("a ? b : c", None),
        ("a ?? b", None),
        ("a?.b", None),
        ("f()?", None),
        ("?", None),
        ("a b?", None),
        ("a\n=> b?", None),
        ("'text?'", None),
        ("a???", None),
    ],
)
def test_help_query(code: str, query: HelpQuery | None) -> None:
    assert help_query(code) == query


def test_a_long_cell_is_no_question_and_is_told_apart_quickly() -> None:
    assert help_query("a." * 50_000) is None
    assert help_query("a" * 100_000 + "!") is None
