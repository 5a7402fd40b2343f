from __future__ import annotations

import pytest

from benchmarks.rows import Cell, Row, median, percentile, shown, table


@pytest.mark.parametrize(
    ("samples", "percent", "expected"),
    [([3, 1, 2], 50, 2), ([1, 2, 3, 4], 50, 2), ([5], 99, 5), (list(range(1, 301)), 99, 297), ([1, 2], 0, 1)],
)
def test_percentiles_are_samples(samples: list[float], percent: float, expected: float) -> None:
    assert percentile(samples, percent) == expected


def test_median() -> None:
    assert median([9.0, 1.0, 5.0]) == 5.0


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), ("dies", "dies"), (1.2345, "1.23"), (99.96, "100"), (1234.5, "1,234"), (0, "0")],
)
def test_a_value_is_shown_with_three_digits(value: Cell, text: str) -> None:
    assert shown(value) == text


def test_a_table_has_ratios_that_say_how_much_better_ours_is() -> None:
    rows = [
        Row("start", "ms", {"dx": 100.0, "deno": 150.0, "other": 50.0}),
        Row("arrived", "lines", {"dx": 200.0, "deno": 20.0, "other": "lost"}, more_is_better=True),
        Row("alone", "s", {"dx": None, "deno": 1.0}, notes=["a remark"]),
    ]
    assert table(rows, "dx", ["deno", "other"]).splitlines() == [
        "| | dx | deno | other |",
        "| --- | ---: | ---: | ---: |",
        "| start, ms | **100** | 150 (1.5×) | 50 (0.5×) |",
        "| arrived, lines | **200** | 20 (10×) | lost |",
        "| alone, s | – | 1 | – |",
        "",
        "* alone: a remark",
    ]
