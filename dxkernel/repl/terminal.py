"""What the terminal can do, and the mode it is in while no prompt reads from it. Imports nothing that takes time."""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

if sys.platform != "win32":
    import termios

# Below this many columns the prompt is one character: what is typed needs the room.
NARROW_COLUMNS = 40


@dataclass(frozen=True, slots=True)
class Abilities:
    """What may be written to standard output. `dynamic` is whether the cursor can be moved."""

    dynamic: bool
    color: bool
    links: bool


def abilities(environment: Mapping[str, str], *, is_tty: bool) -> Abilities:
    """What a terminal with these environment variables can do."""
    term = environment.get("TERM", "")
    dynamic = is_tty and term not in {"", "dumb", "unknown"}
    color = dynamic and not environment.get("NO_COLOR")
    # The Linux console prints what is in an OSC sequence.
    return Abilities(dynamic=dynamic, color=color, links=color and term != "linux")


@contextlib.contextmanager
def quiet(descriptor: int | None) -> Iterator[None]:
    """Keys that are typed meanwhile are neither echoed nor changed, and wait for the next prompt. Ctrl-C is a signal."""
    if sys.platform == "win32" or descriptor is None or not os.isatty(descriptor):
        yield
        return
    before = termios.tcgetattr(descriptor)
    now = termios.tcgetattr(descriptor)
    now[0] &= ~termios.ICRNL
    now[3] &= ~(termios.ECHO | termios.ICANON)
    # At once, and without dropping what was typed already.
    termios.tcsetattr(descriptor, termios.TCSANOW, now)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSANOW, before)
