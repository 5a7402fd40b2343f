"""A clock that stands still until a test moves it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class FakeTimer:
    """One call that is due at a time."""

    due: float
    callback: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass
class FakeClock:
    """The part of an event loop that tells time and calls later."""

    now: float = 1_000.0
    timers: list[FakeTimer] = field(default_factory=list)

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], None], /) -> FakeTimer:
        timer = FakeTimer(self.now + delay, callback)
        self.timers.append(timer)
        return timer

    def advance(self, seconds: float) -> None:
        """Let time pass, and what is due happen."""
        self.now += seconds
        due = [timer for timer in self.timers if timer.due <= self.now + 1e-9]
        self.timers = [timer for timer in self.timers if timer not in due]
        for timer in sorted(due, key=lambda timer: timer.due):
            if not timer.cancelled:
                timer.callback()
