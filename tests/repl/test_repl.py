"""Keys in, text out, over a session without an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dxkernel.engine.events import (
    Completeness,
    Displayed,
    DisplayUpdated,
    EngineDied,
    Finished,
    Inspection,
    OutputCleared,
    Stderr,
    Stdout,
)
from dxkernel.errors import EngineDiedError
from dxkernel.magics.history import HistoryStore
from dxkernel.repl.config import Settings
from tests.helpers.fake_session import EchoInput, FakeSession, Hang
from tests.repl.terminal import Stage, perform, typed

if TYPE_CHECKING:
    from pathlib import Path

CTRL_C, UP, F1, F4 = "\x03", "\x1b[A", "\x1bOP", "\x1bOS"


@pytest.mark.parametrize(
    ("keys", "executed"),
    [
        ("1 + 1\r", ["1 + 1"]),
        ("1 + 1\n", ["1 + 1"]),
        ("f {\r}\r", ["f {\n}"]),
        ("f {\ra\r", ["f {\n  a"]),
        ("a\x1b\rb\r", ["a\nb"]),
        ("first\rsecond\rthird\r", ["first", "second", "third"]),
        ("\r\r   \r", []),
        ("abc\x15x\r", ["x"]),
        (")\r\r", [")"]),
        (")\r\x7fy\r", ["y"]),
        (")\ra\x7f\r\r", [")"]),
        ("\x1b[200~one\ntwo {\n}\x1b[201~\r", ["one\ntwo {\n}"]),
        ("lost\x03kept\r", ["kept"]),
        ("日本語 = '🎉e\u0301'\r", ["日本語 = '🎉e\u0301'"]),
    ],
)
def test_keys_run_cells(keys: str, executed: list[str]) -> None:
    assert typed(keys).executed == executed


def test_results_errors_and_output_are_shown() -> None:
    it = typed("console.log('hello, world')\r1 + 1\rx()\rlet x = 1\r")
    assert it.shown.startswith("hello, world\nOut[2]: 2\nTypeError: x is not a function\n")


def test_output_without_a_line_end_gets_one() -> None:
    table = {"a": [Stdout(0, "50%"), Finished(0, {"text/plain": "1"})], "b": [Stderr(0, "!"), Finished(0, None)]}
    assert typed("a\rb\r", table=table).shown == "50%\nOut[1]: 1\n!\n"


def test_escape_sequences_in_values_are_shown_and_in_output_obeyed() -> None:
    table = {
        "v": [Finished(0, {"text/plain": "\x1b[2J\x1b]0;t\x07"})],
        "o": [Stdout(0, "\x1b[2J\n"), Finished(0, None)],
    }
    assert typed("v\ro\r", table=table).shown == "Out[1]: ␛[2J␛]0;t␇\n\x1b[2J\n"


def test_a_running_cell_is_interrupted() -> None:
    async def play(it: Stage) -> None:
        it.type("while (true) {}\r")
        await it.until(lambda: "looping" in it.shown)
        it.repl._on_sigint()
        await it.until(lambda: "Interrupted" in it.shown)
        it.type("1 + 1\r")
        await it.until(lambda: "Out[2]: 2" in it.shown)

    perform(play)


def test_a_long_cell_shows_its_time_and_takes_it_away() -> None:
    async def play(it: Stage) -> None:
        it.type("while (true) {}\r")
        await it.until(lambda: "s  Ctrl-C interrupts" in it.shown)
        it.repl._on_sigint()
        await it.until(lambda: "interrupting" in it.shown or "Interrupted" in it.shown)

    it = perform(play, dynamic=True)
    assert "\r\x1b[KInterrupted\n" in it.shown


def test_late_output_comes_above_the_line_being_typed() -> None:
    async def play(it: Stage) -> None:
        it.type("setTimeout\rhalf a li")
        await it.until(lambda: it.repl.prompt._prompt.default_buffer.text == "half a li")
        it.session.release_late()
        await it.until(lambda: "late\n" in it.shown)
        it.type("ne\r")
        await it.until(lambda: len(it.executed) == 2)

    assert perform(play).executed == ["setTimeout", "half a line"]


def test_a_late_error_is_told() -> None:
    async def play(it: Stage) -> None:
        it.type("throw later\r")
        await it.until(lambda: it.repl.prompt.asking and it.session.execution_count == 1)
        it.session.release_late()
        await it.until(lambda: "Uncaught TypeError: x is not a function" in it.shown)

    perform(play)


def test_an_engine_that_dies_while_one_types_takes_nothing() -> None:
    async def play(it: Stage) -> None:
        it.type("precious")
        await it.until(lambda: it.repl.prompt._prompt.default_buffer.text == "precious")
        it.session._listener(EngineDied(0, "a signal: SIGKILL", signal="SIGKILL"))
        await it.until(lambda: "The engine ended: a signal: SIGKILL" in it.shown)
        it.type(" line\r")
        await it.until(lambda: it.executed == ["precious line"])

    perform(play)


def test_a_cell_that_finds_no_engine_is_offered_again() -> None:
    session = FakeSession()
    session.lost = True

    async def play(it: Stage) -> None:
        it.type("important\r")
        await it.until(lambda: "no engine" in it.shown)
        session.lost = False
        it.type("\r")
        await it.until(lambda: it.executed == ["important", "important"])

    perform(play, session=session)


class Deaf(FakeSession):
    """Its engine is gone whenever one asks."""

    async def is_complete(self, code: str) -> Completeness:
        raise EngineDiedError(code)

    async def inspect(self, code: str, cursor: int, detail_level: object = 0) -> Inspection | None:
        raise EngineDiedError(f"{code} {cursor} {detail_level}")


def test_enter_works_without_an_engine() -> None:
    assert typed("f(\r1)\rx?\r", session=Deaf()).executed == ["f(\n1)"]


@pytest.mark.parametrize(("keys", "answer"), [("Ada\r", "'Ada'"), ("\x04", "None")])
def test_input_is_asked_for(keys: str, answer: str) -> None:
    async def play(it: Stage) -> None:
        it.type("prompt('name? ')\r")
        await it.until(lambda: it.repl.runner._question is not None)
        it.type(keys)
        await it.until(lambda: answer in it.shown)

    perform(play)


def test_ctrl_c_in_a_question_interrupts_the_cell() -> None:
    async def play(it: Stage) -> None:
        it.type("ask\r")
        await it.until(lambda: it.repl.runner._question is not None)
        it.type(CTRL_C)
        await it.until(lambda: "Interrupted" in it.shown)

    perform(play, table={"ask": [EchoInput("? "), Finished(0, None)]})


def test_a_question_ends_with_its_cell() -> None:
    async def play(it: Stage) -> None:
        it.type("ask\r")
        await it.until(lambda: it.repl.runner._question is not None)
        await it.session.interrupt()
        await it.until(lambda: it.repl.prompt.asking)

    perform(play, table={"ask": [EchoInput("? ", password=True), Finished(0, None)]})


def test_a_late_question_is_answered_with_end_of_input() -> None:
    async def play(it: Stage) -> None:
        it.type("ask later\r")
        await it.until(lambda: it.repl.prompt.asking and it.session.execution_count == 1)
        it.session.release_late()
        await it.until(lambda: "end of input" in it.shown)

    assert ("reply_input", (77, None)) in [(call.name, call.args) for call in perform(play).session.calls]


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        ("console?\r", "about console\n"),
        ("console??\r", "about console\n"),
        ("nothing?\r", "Nothing is known about that.\n"),
        (".halp\r", "there is no command .halp; did you mean .help?\n"),
        (".load\r", ".load needs a file: .load FILE\n"),
        (".break\r", ""),
    ],
)
def test_what_runs_nothing(keys: str, shown: str) -> None:
    it = typed(keys)
    assert it.shown == shown
    assert it.executed == []


def test_exit_leaves() -> None:
    assert typed("1 + 1\r.exit\r2 + 2\r").executed == ["1 + 1"]


def test_load_and_save(tmp_path: Path) -> None:
    (tmp_path / "in.ts").write_text("1 + 1", encoding="utf-8")
    it = typed(f".load {tmp_path}/in.ts\rlet x = 1\r.save {tmp_path}/out.ts\r.load {tmp_path}/none.ts\r")
    assert it.executed == ["1 + 1", "let x = 1"]
    assert (tmp_path / "out.ts").read_text(encoding="utf-8") == "1 + 1\nlet x = 1\n"
    assert "none.ts cannot be loaded: No such file or directory" in it.shown


def test_editor_runs_with_ctrl_d() -> None:
    assert typed(".editor\r1\r2\x04").executed == ["1\n2"]


def test_clear_starts_a_new_engine() -> None:
    it = typed(".clear\r1 + 1\r")
    assert "A new engine runs" in it.shown


def test_f1_tells_about_the_word_at_the_cursor() -> None:
    async def play(it: Stage) -> None:
        it.type(f"console{F1}")
        await it.until(lambda: "about console" in it.shown)

    perform(play)


def test_f4_switches_to_vi() -> None:
    async def play(it: Stage) -> None:
        it.type(f"{F4}abc")
        await it.until(lambda: it.repl.prompt._prompt.editing_mode.value == "VI")

    perform(play)


@pytest.mark.parametrize("dynamic", [False, True])
def test_displays_are_updated(dynamic: bool) -> None:  # noqa: FBT001
    table = {
        "d": [
            Stdout(0, "before\n"),
            Displayed(0, {"text/plain": "one"}, {}, "id"),
            Stdout(0, "after\n"),
            DisplayUpdated(0, "id", {"text/plain": "two"}),
            Finished(0, None),
        ]
    }
    expected = "\x1b[2A\r\x1b[Jtwo\nafter\n" if dynamic else "two\n"
    assert typed("d\r", table=table, dynamic=dynamic).shown == f"before\none\nafter\n{expected}"


def test_output_is_cleared_when_the_next_comes() -> None:
    steps = [Stdout(0, "1\n"), OutputCleared(0, wait=True), Stdout(0, "2\n"), OutputCleared(0), Finished(0, None)]
    it = typed("c\r", table={"c": steps}, dynamic=True)
    assert it.shown == "1\n\x1b[1A\r\x1b[J2\n\x1b[1A\r\x1b[J"


def test_history_is_stored_before_a_cell_runs_and_with_its_result(tmp_path: Path) -> None:
    store = HistoryStore(tmp_path / "history.sqlite")
    typed("1 + 1\rdie\r", store=store)
    assert store.tail(5) == [(1, 1, "1 + 1"), (1, 2, "die")]
    assert store.output(1, 1) == "2"

    async def play(it: Stage) -> None:
        it.type(UP)
        await it.until(lambda: it.repl.prompt._prompt.default_buffer.text == "die")

    perform(play, store=store)


def test_a_history_that_cannot_be_stored_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    it = typed("1 + 1\r1 + 1\r", store=HistoryStore(tmp_path / "file" / "history.sqlite"))
    assert it.shown.count("kept in memory") == 1
    assert it.executed == ["1 + 1", "1 + 1"]


def test_leaving_words_get_a_hint() -> None:
    table = {"exit": FakeSession().table["x()"]}
    assert "Ctrl-D or .exit leaves." in typed("exit\r", table=table).shown


@pytest.mark.parametrize("columns", [20, 200])
def test_any_width_will_do(columns: int) -> None:
    assert typed("1 + 1\r", columns=columns, settings=Settings(vi_mode=True)).shown == "Out[1]: 2\n"


def test_a_cell_left_running_does_not_outlive_its_stage() -> None:
    async def play(it: Stage) -> None:
        it.type("hang\r")
        await it.until(lambda: it.repl.runner.running)
        it.repl._on_sigint()

    assert "Interrupted" in perform(play, table={"hang": [Hang()]}).shown
