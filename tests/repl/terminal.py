"""A terminal that is two strings: keys in, text out."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from prompt_toolkit.application import create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from dxkernel.repl.config import Settings
from dxkernel.repl.prompt import Terminal
from dxkernel.repl.repl import Repl
from dxkernel.repl.terminal import Abilities
from tests.helpers.fake_session import TABLE, FakeSession

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

    from dxkernel.engine.events import Event
    from dxkernel.magics.history import HistoryStore
    from tests.helpers.fake_session import Step

TIMEOUT_S = 5


class Recorder(DummyOutput):
    """Keeps what is written past prompt_toolkit's own drawing."""

    def __init__(self, columns: int) -> None:
        self.text = ""
        self._columns = columns

    def write_raw(self, data: str) -> None:
        self.text += data

    def get_size(self) -> Size:
        return Size(rows=40, columns=self._columns)


@dataclass
class Stage:
    """A REPL over a fake session. `type` sends keys; `shown` is what the REPL wrote."""

    repl: Repl
    session: FakeSession
    type: Callable[[str], None]
    recorder: Recorder
    late: list[Event] = field(default_factory=list)

    @property
    def shown(self) -> str:
        return self.recorder.text

    @property
    def executed(self) -> list[str]:
        return [call.args[0] for call in self.session.calls if call.name == "execute"]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so; `perform` gives up after `TIMEOUT_S`."""
        while not condition():  # noqa: ASYNC110  (not every condition has an event)
            await asyncio.sleep(0.005)


@contextlib.contextmanager
def stage(
    table: Mapping[str, Sequence[Step]] | None = None,
    *,
    settings: Settings | None = None,
    store: HistoryStore | None = None,
    session: FakeSession | None = None,
    dynamic: bool = False,
    columns: int = 80,
) -> Iterator[Stage]:
    """A stage to be used inside a running event loop."""
    recorder = Recorder(columns)
    with create_pipe_input() as keys, create_app_session(input=keys, output=recorder):
        session = session or FakeSession(table=TABLE if table is None else table)
        abilities = Abilities(dynamic=dynamic, color=False, links=False)
        repl = Repl(session, settings or Settings(), Terminal(keys, recorder, abilities), store)
        session._listener = repl.on_background
        yield Stage(repl, session, keys.send_text, recorder)


def perform(play: Callable[[Stage], Awaitable[None]], **options: object) -> Stage:
    """Run a REPL beside `play`, then leave it."""

    async def main() -> Stage:
        with stage(**options) as it:  # type: ignore[arg-type]
            running = asyncio.create_task(it.repl.run())
            try:
                await play(it)
                it.repl.leaving = True
                it.type("\x03")
                await it.until(lambda: not it.repl.runner.running)
                it.type("\x03\x04")
                await running
            finally:
                running.cancel()
            return it

    async def bounded() -> Stage:
        return await asyncio.wait_for(main(), TIMEOUT_S)

    return asyncio.run(bounded())


def typed(keys: str, **options: object) -> Stage:
    """Type `keys`, leave with Ctrl-D, and wait for the end."""

    async def main() -> Stage:
        with stage(**options) as it:  # type: ignore[arg-type]
            it.type(f"{keys}\x04")
            await it.repl.run()
            return it

    async def bounded() -> Stage:
        return await asyncio.wait_for(main(), TIMEOUT_S)

    return asyncio.run(bounded())
