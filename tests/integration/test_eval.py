"""`dx eval`: a cell from the command line, its value, its errors and its exit codes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.node,
    pytest.mark.skipif(sys.platform == "win32", reason="on Windows Node is a child process"),
]

ROOT = Path(__file__).parents[2]
EVAL = [sys.executable, "-m", "dxkernel", "eval"]
ENV = {**os.environ, "PYTHONPATH": str(ROOT)}
PATIENCE_S = 30

VALUES = {
    "a sum": ("1+1", "2"),
    "with a semicolon": ("1+1;", "2"),
    "with a comment": ("'a' // b", "'a'"),
    "an object": ("{a: 1, b: [2]}", "{ a: 1, b: [ 2 ] }"),
    "undefined prints nothing": ("undefined", ""),
    "null": ("null", "null"),
    "nothing": ("", ""),
    "only a comment": ("// x", ""),
    "await": ("await Promise.resolve(3)", "3"),
    "a promise is not awaited": ("Promise.resolve(3)", "Promise { 3 }"),
    "a declaration": ("const x = 5", ""),
    "a function declaration": ("function f() {}", ""),
    "the last statement counts": ("let x = 1; x += 1; x * 10", "20"),
    "TypeScript": ("enum E { A = 3 } const x: number = E.A; x as number", "3"),
    "a generic call is no comparison": ("const id = <T,>(x: T) => x; id<number>(4)", "4"),
    "import": ("import { sep } from 'node:path'; sep", f"'{os.sep}'"),
    "import of TypeScript beside it": ("import { v } from './lib'; v", "'lib'"),
    "export is dropped": ("export const a = 1; a + 1", "2"),
    "require": ("require('./lib.ts').v", "'lib'"),
    "require by another name": ("const r = globalThis['req' + 'uire']; r('./lib').v", "'lib'"),
    "JSX imports what it does not name": ("<p>1</p>", "[ 'p', { children: '1' } ]"),
    "import()": ("(await import('./lib.js')).v", "'lib'"),
    "this is the global object": ("this === globalThis", "true"),
    "arguments": ("process.argv.slice(2)", "[ 'a', '-b' ]"),
    "evaluated once": ("globalThis.n = (globalThis.n ?? 0) + 1", "1"),
    "evaluated once, with declarations": ("let x = globalThis.n = (globalThis.n ?? 0) + 1; x", "1"),
    "standard decorators": ("const d = (v: any, c: any) => console.log(c.name); @d class A {}\n1", "A\n1"),
}


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("way", ["argument", "stdin"])
def test_value(name: str, way: str, tmp_path: Path) -> None:

    code, shown = VALUES[name]
    done = _eval(code, tmp_path, way)
    assert done.stderr == ""
    assert done.stdout.removesuffix("\n") == shown
    assert done.returncode == 0


ERRORS = {
    "uncaught": ("null.x", 1, r"/\[eval\]:1\nnull\.x\n +\^\n\nTypeError: .*\n    at .*/\[eval\]:1:6\n"),
    "its line and column": ("let a = 1;\n\n  null.x", 1, r"at .*/\[eval\]:3:8\n"),
    "in TypeScript": ("interface A {}\nlet a: A =\n  null!.x", 1, r"/\[eval\]:3:\d+"),
    "later": ("setTimeout(() => { throw new Error('later') }, 1); 5", 1, r"Error: later\n    at .*/\[eval\]:1:26"),
    "a rejection": ("Promise.reject(new Error('no'))", 1, r"Error: no"),
    "syntax": ("let é = ;", 1, r"^SyntaxError: \[eval\]:1:9: .*\n\nlet é = ;\n        \^"),
    "parentheses that do not match": ("1) + (2", 1, r"^SyntaxError: \[eval\]:1:2: "),
    "assignment to a constant": (
        "const a = 1; a = 2",
        1,
        r"TypeError: Assignment to constant variable\.\n    at .*/\[eval\]:1:16",
    ),
    "a missing export": ("import { nope } from 'node:fs'; nope", 1, r"does not provide an export named 'nope'"),
    "a missing module": ("import './nope.js'", 1, r"ERR_MODULE_NOT_FOUND"),
    "process.exit": ("process.exit(7)", 7, r"^$"),
    "never settled": ("await new Promise(() => {})", 13, r"^Warning: Detected unsettled top-level await\n$"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_error(name: str, tmp_path: Path) -> None:
    code, status, text = ERRORS[name]
    done = _eval(code, tmp_path)
    assert re.search(text, done.stderr), done.stderr
    assert done.returncode == status


def test_colours_need_a_terminal(tmp_path: Path) -> None:
    assert "\x1b" not in _eval("[1]", tmp_path).stdout
    assert "\x1b[33m1\x1b[39m" in _in_terminal("[1]", {})
    assert "\x1b" not in _in_terminal("[1]", {"NO_COLOR": "1"})


def _eval(code: str, cwd: Path, way: str = "argument") -> subprocess.CompletedProcess[str]:
    (cwd / "lib.ts").write_text("export const v: string = 'lib'")
    (cwd / "node_modules" / "react").mkdir(parents=True, exist_ok=True)
    (cwd / "node_modules" / "react" / "package.json").write_text('{"exports": {"./jsx-runtime": "./jsx-runtime.ts"}}')
    (cwd / "node_modules" / "react" / "jsx-runtime.ts").write_text("export const jsx = (...all: any[]) => all")
    argument, text = (code, "") if way == "argument" else ("-", code)
    command = [*EVAL, argument, "a", "-b"]
    return subprocess.run(
        command, input=text, cwd=cwd, env=ENV, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


def _in_terminal(code: str, env: dict[str, str]) -> str:
    import pty  # noqa: PLC0415  (not on Windows)

    pid, terminal = pty.fork()
    if pid == 0:
        plain = {name: value for name, value in ENV.items() if name not in ("NO_COLOR", "FORCE_COLOR", "CI")}
        os.execvpe(EVAL[0], [*EVAL, code], {**plain, "TERM": "xterm-256color", **env})  # noqa: S606
    seen = b""
    try:
        while chunk := os.read(terminal, 4096):
            seen += chunk
    except OSError:  # Linux: the other side has closed the terminal
        pass
    os.close(terminal)
    os.waitpid(pid, 0)
    return seen.decode()
