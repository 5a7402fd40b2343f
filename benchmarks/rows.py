"""The values that benchmarks return and the table they are written into. Does no measuring and no I/O."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Cell = float | str | None
"""A number in the row's unit, words where there is no number (`lost`), or None where nothing was measured."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the results: what each peer took. Less is better unless the row says `more`."""

    what: str
    unit: str
    values: Mapping[str, Cell]
    more_is_better: bool = False
    notes: Sequence[str] = field(default=())


def median(samples: Sequence[float]) -> float:
    return percentile(samples, 50)


def percentile(samples: Sequence[float], percent: float) -> float:
    """Return the nearest-rank percentile: always one of the samples."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def table(rows: Sequence[Row], ours: str, peers: Sequence[str]) -> str:
    """Write rows as a Markdown table; behind each peer's value stands its ratio to ours, over 1 where ours is better."""
    lines = [f"| | {' | '.join([ours, *peers])} |", f"| --- | {' | '.join(['---:'] * (len(peers) + 1))} |"]
    for row in rows:
        own = row.values.get(ours)
        others = [shown(row.values.get(peer)) + ratio(row, own, row.values.get(peer)) for peer in peers]
        lines.append(
            f"| {row.what}, {row.unit} | {' | '.join([f'**{shown(own)}**' if own is not None else '–', *others])} |"
        )
    notes = [f"* {row.what}: {note}" for row in rows for note in row.notes]
    return "\n".join([*lines, *(["", *notes] if notes else [])])


def shown(value: Cell) -> str:
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def ratio(row: Row, own: Cell, other: Cell) -> str:
    if not isinstance(own, float | int) or not isinstance(other, float | int) or not own or not other:
        return ""
    better = own / other if row.more_is_better else other / own
    return f" ({better:,.0f}×)" if better >= 10 else f" ({better:.2g}×)"
