"""How soon a command line prints its first line."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.peers import bundled_node, peer_program
from benchmarks.rows import Cell, Row, median

JS = "console.log(1 + 1)\n"
TS = "const sum = (a: number, b: number): number => a + b;\nconsole.log(sum(1, 1));\n"


def commands(*, quick: bool) -> list[Row]:
    """Measure all commands in turn, so that what disturbs one disturbs the others as well."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "x.js").write_text(JS, encoding="utf-8")
        Path(folder, "x.ts").write_text(TS, encoding="utf-8")
        rows = {what: dict(lines) for what, lines in command_lines().items()}
        samples: dict[tuple[str, str], list[float | None]] = {}
        for _ in range(4 if quick else 21):
            for what, lines in rows.items():
                for name, command in lines.items():
                    samples.setdefault((what, name), []).append(first_line_ms(command, folder))
    return [
        # The first round fills caches.
        Row(what, "ms", {name: typical(samples[what, name][1:]) for name in lines})
        for what, lines in rows.items()
    ]


def typical(samples: Sequence[float | None]) -> Cell:
    printed = [sample for sample in samples if sample is not None]
    return median(printed) if len(printed) == len(samples) else "fails"


def command_lines() -> Mapping[str, Mapping[str, list[str]]]:
    dx = str(Path(sys.executable).with_name("dx"))
    node, deno, python = bundled_node(), peer_program("deno"), peer_program("python")
    return {
        "first line of code on the command line": {
            "dxkernel": [dx, "eval", "1+1"],
            "node": [node, "-p", "1+1"],
            "deno": [deno, "eval", "-p", "1+1"],
            "python": [python, "-c", "print(1+1)"],
        },
        "first line of a JavaScript file": {
            "dxkernel": [dx, "run", "x.js"],
            "node": [node, "x.js"],
            "deno": [deno, "run", "x.js"],
        },
        "first line of a TypeScript file": {
            "dxkernel": [dx, "run", "x.ts"],
            "node": [node, "x.ts"],
            "deno": [deno, "run", "x.ts"],
        },
    }


def first_line_ms(command: list[str], folder: str) -> float | None:
    """Return the milliseconds until the first line; None when it is not the right one."""
    began = time.perf_counter()
    with subprocess.Popen(
        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        took = time.perf_counter() - began
        process.stdout.read()
    return took * 1000 if line.strip() == b"2" else None
