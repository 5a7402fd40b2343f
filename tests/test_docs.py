"""What the documentation says is true: its examples are run, and every command and setting has its place in it.

An example is a fenced block behind a comment that says how to run it; a `text` block behind it holds what it prints:

    <!-- test: dx eval -->          the block is the code of `dx eval`
    <!-- test: dx run hello.ts -->  the block is a file, and it is run
    <!-- test: file data.csv -->    the block is a file that later examples of the same page find
    <!-- test: sh -->               the block is a shell script; lines may start with `$ `

`…` in the expected text stands for any characters of a line, and on a line of its own for any lines.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from dxkernel.cli import COMMANDS

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
EXAMPLE_TIMEOUT_S = 60
WORDS_OF_DX = {*COMMANDS, "help"}


@dataclass(frozen=True, slots=True)
class Example:
    """One runnable block. `expected` is None when nothing is said of what it prints."""

    how: str
    code: str
    expected: str | None
    line: int


BLOCK = re.compile(
    r"<!-- test: (?P<how>[^>]+?) -->\s*\n"
    r"```(?!text)\w+\n(?P<code>.*?)^```\n"
    r"(?:\s*```text\n(?P<expected>.*?)^```$)?",
    re.DOTALL | re.MULTILINE,
)


def read_examples(page: str) -> list[Example]:
    return [
        Example(match["how"], match["code"], match["expected"], page.count("\n", 0, match.start()) + 1)
        for match in BLOCK.finditer(page)
    ]


def matches(expected: str, printed: str) -> bool:
    """Compare without white space at the ends of lines, with `…` for what may differ."""
    wanted, got = ("\n".join(line.rstrip() for line in text.strip().splitlines()) for text in (expected, printed))
    # re.escape puts a backslash before a line end, too.
    pattern = re.escape(wanted).replace("\\\n…\\\n", "\n(?:.*\n)*?").replace("…", ".*")
    return re.fullmatch(pattern, got) is not None


def run(example: Example, earlier: list[Example], folder: Path) -> str:
    """Run one example in `folder` and return what it printed on both streams."""
    for before in earlier:
        write_file(before, folder)
    write_file(example, folder)
    match example.how.split():
        case ["file", _]:
            return ""
        case ["dx", "eval"]:
            command = ["dx", "eval", example.code.rstrip("\n")]
        case ["dx", "run", name]:
            command = ["dx", "run", name]
        case ["sh"]:
            command = ["bash", "-c", re.sub(r"^\$ ", "", example.code, flags=re.MULTILINE)]
        case _:
            pytest.fail(f"line {example.line}: no such kind of example: {example.how}")
    environment = os.environ | {"PATH": f"{path_with_dx(folder)}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}
    done = subprocess.run(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        encoding="utf-8", timeout=EXAMPLE_TIMEOUT_S, check=False,
    )  # fmt: skip
    return done.stdout


def write_file(example: Example, folder: Path) -> None:
    match example.how.split():
        case ["file", name] | ["dx", "run", name]:
            (folder / name).write_text(example.code, encoding="utf-8")
        case _:
            pass


def path_with_dx(folder: Path) -> Path:
    """Put a `dx` and a `python` that know this very dxkernel into a folder of their own, installed or not."""
    scripts = folder / ".bin"
    scripts.mkdir(exist_ok=True)
    for name, arguments in (("dx", "-m dxkernel "), ("python", "")):
        script = scripts / name
        script.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" {arguments}"$@"\n', encoding="utf-8")
        script.chmod(0o755)
    return scripts


def page_examples() -> list[object]:
    found: list[object] = []
    for page in PAGES:
        examples = read_examples(page.read_text(encoding="utf-8"))
        where = page.relative_to(ROOT)
        found += [
            pytest.param(example, examples[:index], id=f"{where}:{example.line}")
            for index, example in enumerate(examples)
        ]
    return found


@pytest.mark.node
@pytest.mark.parametrize(("example", "earlier"), page_examples())
def test_an_example_does_what_it_says(example: Example, earlier: list[Example], tmp_path: Path) -> None:
    printed = run(example, earlier, tmp_path)
    if example.expected is not None:
        assert matches(example.expected, printed), f"it printed:\n{printed}"


def all_text() -> str:
    return "\n".join(page.read_text(encoding="utf-8") for page in PAGES)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_documented(command: str) -> None:
    assert f"`dx {command}" in all_text()


def test_every_documented_command_exists() -> None:
    named = set(re.findall(r"(?:`|^\s*\$ |^)dx ([a-z]+)\b(?![./])", all_text(), re.MULTILINE))
    assert named <= WORDS_OF_DX


def settings() -> set[str]:
    """Return the environment variables of ours that the product reads."""
    package = ROOT / "dxkernel"
    files = [path for path in package.rglob("*") if path.suffix in {".py", ".mjs", ".cjs"}]
    sources = (path.read_text(encoding="utf-8") for path in files if "node_modules" not in path.parts)
    return {name for source in sources for name in re.findall(r"\bDX(?:KERNEL)?_[A-Z][A-Z_]*\b", source)}


def test_every_setting_is_documented() -> None:
    documented = set(re.findall(r"`(DX[A-Z_]*)`", all_text()))
    assert settings() - documented == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text(encoding="utf-8"))
    # The pictures are made from a real run, after the code that they show.
    missing = [target for target in targets if not (page.parent / target).exists() and "docs/images/" not in target]
    assert missing == []


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        ("2\n", "2\n", True),
        ("2\n", "3\n", False),
        ("took … ms\n", "took 12.5 ms\n", True),
        ("a\n…\nz\n", "a\nb\nc\nz\n", True),
        ("a\n…\nz\n", "a\nz\n", True),
        ("a (b)\n", "a (b)  \n\n", True),
    ],
)
def test_expected_text_is_compared(expected: str, printed: str, *, same: bool) -> None:
    assert matches(expected, printed) == same


def test_examples_are_found_with_what_they_print() -> None:
    page = "x\n<!-- test: dx eval -->\n\n```ts\n1 + 1\n```\n\n```text\n2\n```\n\n```ts\nnot tested\n```\n"
    page += "<!-- test: sh -->\n```sh\n$ true\n```\n\n```json\n{}\n```\n"
    assert read_examples(page) == [Example("dx eval", "1 + 1\n", "2\n", 2), Example("sh", "$ true\n", None, 15)]
