"""Engine events as text for a terminal.

`Renderer.render` is a pure function of the event (but that pictures are saved to files). What the program wrote passes
unchanged; everything else that came from it is neutral before it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from dxkernel.devtools.traceback import render_error
from dxkernel.engine.events import (
    CommMessage,
    Displayed,
    DisplayUpdated,
    EngineDied,
    Event,
    Failed,
    Finished,
    InputRequested,
    Interrupted,
    Notice,
    OutputCleared,
    Started,
    Stderr,
    Stdout,
    Uncaught,
)
from dxkernel.repl.markdown import render_markdown
from dxkernel.repl.media import save_media
from dxkernel.repl.text import clip, neutralise

if TYPE_CHECKING:
    from dxkernel.engine.events import ErrorValue, MimeBundle

_DIM, _RED, _YELLOW = "\x1b[2m", "\x1b[31m", "\x1b[33m"
_UNCAUGHT_TITLES = {"uncaughtException": "Uncaught ", "unhandledRejection": "Uncaught (in promise) "}


@dataclass(frozen=True, slots=True)
class Renderer:
    """How this terminal is written to. `links` says whether a path may be made a link (OSC 8)."""

    color: bool = False
    links: bool = False

    def render(self, event: Event, count: int = 0) -> str:
        """The text that shows `event`, ending with a newline unless the program wrote it itself; empty for nothing."""
        match event:
            case Stdout(text=text) | Stderr(text=text):
                return text
            case Finished(data=data):
                return self._result(data, count) if data else ""
            case Displayed(data=data) | DisplayUpdated(data=data):
                return f"{self.bundle(data)}\n"
            case Failed(error=error):
                return f"{self.error(error)}\n"
            case Uncaught(error=error, origin=origin):
                return f"{_UNCAUGHT_TITLES[origin]}{self.error(error)}\n"
            case Interrupted():
                return f"{self.paint(_YELLOW, 'Interrupted')}\n"
            case EngineDied(reason=reason):
                return f"{self.paint(_RED, 'The engine ended:')} {self._neutral(reason)}\n"
            case Notice(text=text):
                return f"{self.paint(_YELLOW, self._neutral(text).rstrip())}\n"
            case Started() | InputRequested() | OutputCleared() | CommMessage():
                return ""
            case _:
                assert_never(event)

    def bundle(self, data: MimeBundle) -> str:
        """The best that a terminal can show of a MIME bundle, without a final newline."""
        saved = save_media(data)
        if saved is not None:
            mime, path = saved
            return f"[{mime}] {self._link(path.as_uri(), str(path))}"
        markdown, plain = data.get("text/markdown"), data.get("text/plain")
        if isinstance(markdown, str):
            return self._clipped(render_markdown(neutralise(markdown, color=False), color=self.color))
        if isinstance(plain, str):
            return self._clipped(self._neutral(plain))
        return f"[{', '.join(self._neutral(mime) for mime in data)}]"

    def error(self, error: ErrorValue) -> str:
        """A traceback. `render_error` cleans and bounds everything in it."""
        return render_error(error, color=self.color)

    def paint(self, color: str, text: str) -> str:
        """`text` in `color`, where there are colours."""
        return f"{color}{text}\x1b[0m" if self.color and text else text

    def note(self, text: str) -> str:
        """A line of our own, which is not the program's."""
        return f"{self.paint(_DIM, self._neutral(text))}\n"

    def _result(self, data: MimeBundle, count: int) -> str:
        text = self.bundle(data)
        return f"{self.paint(_RED, f'Out[{count}]:')}{chr(10) if chr(10) in text else ' '}{text}\n"

    def _clipped(self, text: str) -> str:
        text, note = clip(text)
        if not note:
            return text
        reset = "\x1b[0m" if self.color else ""
        return f"{text}{reset}\n{self.paint(_DIM, f'{note}; `_` holds the value')}"

    def _neutral(self, text: str) -> str:
        return neutralise(text, color=self.color)

    def _link(self, target: str, text: str) -> str:
        return f"\x1b]8;;{target}\x1b\\{text}\x1b]8;;\x1b\\" if self.links else text
