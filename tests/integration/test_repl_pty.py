"""The REPL in a terminal: a real `dx`, a real Node, keys and a screen."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import pexpect
import pytest

from tests.integration.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.node

TIMEOUT_S = 20
DX = ["-m", "dxkernel"]
CTRL_C, CTRL_D = "\x03", "\x04"

Start: TypeAlias = Callable[..., Any]


def environment(folder: Path, **more: str) -> dict[str, str]:
    own = {"PYTHONPATH": str(ROOT), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "TERM": "xterm"}
    return os.environ | own | {"NO_COLOR": "1", "PROMPT_TOOLKIT_NO_CPR": "1"} | more


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts `dx ARGS` in a terminal, and ends it."""
    started = []

    def start(*args: str, wait: bool = True, columns: int = 100, **more: str) -> Any:
        terminal = pexpect.spawn(
            sys.executable,
            [*DX, *args],
            env=environment(tmp_path, **more),
            cwd=str(tmp_path),
            encoding="utf-8",
            timeout=TIMEOUT_S,
            dimensions=(30, columns),
        )
        started.append(terminal)
        if wait:
            terminal.expect(r"In \[.*1.*\]: ")
        return terminal

    yield start
    for terminal in started:
        terminal.close(force=True)


def test_a_cell_of_several_lines(start: Start) -> None:
    terminal = start()
    terminal.send("function double(x: number) {\rreturn 2 * x\r}\r")
    terminal.send("double(21)\r")
    terminal.expect("Out\\[2\\]: 42\r\n")
    terminal.send(CTRL_D)
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0


def test_what_is_typed_before_the_prompt_is_kept(start: Start) -> None:
    terminal = start(wait=False)
    terminal.send("const early = 6\rearly * 7\r")
    terminal.expect("Out\\[2\\]: 42\r\n")


def test_ctrl_c_ends_a_busy_loop_and_keeps_the_state(start: Start) -> None:
    terminal = start()
    terminal.send("let n = 41; console.log('on'); while (true) {}\r")
    terminal.expect("on\r\n")
    terminal.expect("s  Ctrl-C interrupts")
    terminal.send(CTRL_C)
    terminal.expect("Interrupted\r\n")
    terminal.send("n + 1\r")
    terminal.expect("Out\\[2\\]: 42\r\n")


def test_late_output_leaves_the_line_alone(start: Start) -> None:
    terminal = start()
    terminal.send("void setTimeout(() => console.log('l' + 'ate'), 300)\r")
    terminal.expect(r"In \[.*2.*\]: ")
    terminal.send("6 * ")
    terminal.expect("late\r*\n")
    terminal.send("7\r")
    terminal.expect("Out\\[2\\]: 42\r\n")


def test_an_engine_that_dies_takes_nothing_that_is_typed(start: Start) -> None:
    terminal = start()
    terminal.send("void setTimeout(() => process.kill(process.pid, 'SIGKILL'), 300)\r")
    terminal.expect(r"In \[.*2.*\]: ")
    terminal.send("6 * ")
    terminal.expect("The engine ended: .*SIGKILL")
    terminal.send("7\r")
    terminal.expect("Out\\[2\\]: 42\r\n")


def test_process_exit_tells_why(start: Start) -> None:
    terminal = start()
    terminal.send("process.exit(3)\r")
    terminal.expect("The engine ended: .*process.exit\\(3\\)")


def test_the_program_asks(start: Start) -> None:
    terminal = start()
    terminal.send("`<${prompt('Name? ')}>`\r")
    terminal.expect("Name\\? ")
    terminal.send("Ada\r")
    terminal.expect("Out\\[1\\]: '<Ada>'")


def test_the_window_changes_its_size(start: Start) -> None:
    terminal = start()
    terminal.send("1234 + ")
    terminal.setwinsize(30, 24)
    terminal.send("1111\r")
    terminal.expect("Out\\[1\\]: 2345\r\n")
    terminal.expect("> ")


def test_a_paste_of_many_lines_is_one_cell(start: Start) -> None:
    terminal = start()
    lines = "\n".join(f"x += {number};" for number in range(100))
    terminal.send(f"\x1b[200~let x = 0;\n{lines}\nx\x1b[201~")
    terminal.send("\r")
    terminal.expect("Out\\[1\\]: 4950\r\n")


def test_a_dumb_terminal_gets_no_escape_sequences(start: Start) -> None:
    terminal = start(wait=False, TERM="dumb")
    terminal.expect(r"In \[1\]: ")
    terminal.send("6 * 7\r")
    terminal.expect("Out\\[1\\]: 42\r\n")
    terminal.expect(r"In \[2\]: ")
    assert "\x1b" not in terminal.before


def test_there_is_a_prompt_at_once(start: Start) -> None:
    """It is shown before prompt_toolkit is there, and taken away when that draws."""
    terminal = start(wait=False)
    terminal.expect(r"In \[1\]: [^\n]*\r\x1b\[K")


def test_a_broken_setting_is_told(start: Start, tmp_path: Path) -> None:
    (tmp_path / "dxkernel").mkdir()
    (tmp_path / "dxkernel" / "config.toml").write_text('[repl]\ntheme = "blue"\n', encoding="utf-8")
    terminal = start(wait=False, columns=300)
    terminal.expect("`theme` in \\[repl\\] is 'blue'; allowed: \"auto\"")
    terminal.expect(r"In \[.*1.*\]: ")


def test_history_is_there_the_next_time(start: Start) -> None:
    first = start()
    first.send("'from ' + 'before'\r")
    first.expect("Out\\[1\\]")
    first.send(f"{CTRL_D}")
    first.expect(pexpect.EOF)
    second = start()
    second.send("\x12before")
    second.expect("I-search|reverse")
    second.send("\r")
    second.send("\r")
    second.expect("Out\\[1\\]: 'from before'")


def test_a_file_first_then_the_prompt(start: Start, tmp_path: Path) -> None:
    (tmp_path / "script.ts").write_text("const answer: number = 42\n", encoding="utf-8")
    terminal = start("-i", "script.ts", wait=False)
    terminal.expect(r"In \[.*2.*\]: ")
    terminal.send("answer\r")
    terminal.expect("Out\\[2\\]: 42\r\n")


def piped(text: str, folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *DX, *args], input=text, env=environment(folder), capture_output=True, encoding="utf-8",
        timeout=TIMEOUT_S, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("args", [[], ["repl"]])
def test_a_pipe_is_run_without_prompts(args: list[str], tmp_path: Path) -> None:
    done = piped("const x: number = await 6\nsetTimeout(() => console.log('late'), 50)\nx * 7\n", tmp_path, *args)
    assert (done.stdout, done.stderr, done.returncode) == ("42\nlate\n", "", 0)


def test_a_pipe_that_fails_says_so(tmp_path: Path) -> None:
    done = piped("throw new Error('no')", tmp_path)
    assert done.returncode == 1
    assert "Error: no" in done.stderr


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["-i"], "-i needs a FILE"),
        (["repl", "x"], "unexpected 'x'"),
        (["-i", "a.ts", "b"], "unexpected 'b'"),
        (["-i", "a.ts"], "-i FILE needs a terminal"),
    ],
)
def test_a_wrong_command_line_is_told(args: list[str], complaint: str, tmp_path: Path) -> None:
    done = piped("", tmp_path, *args)
    assert done.returncode == 2
    assert complaint in done.stderr


def test_a_file_that_is_not_there(start: Start) -> None:
    terminal = start("-i", "none.ts", wait=False)
    terminal.expect("there is no file none.ts")
