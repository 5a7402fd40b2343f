"""Measure dxkernel beside its peers in one run and write `RESULTS.md`.

    python benchmarks/run.py [--quick] [--only NAME]... [--peers NAME,...]

With `--quick`, `--only` or `--peers` the table is only printed: it would not stand for the whole.
"""

from __future__ import annotations

import argparse
import compileall
import contextlib
import datetime as dt
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import commands, kernels, peers
from benchmarks.client import Kernel
from benchmarks.peers import Peer
from benchmarks.rows import Row, table

RESULTS = Path(__file__).parent / "RESULTS.md"
OURS = "dxkernel"
NAMES = [*kernels.WITH_PEERS, *kernels.WITH_KERNELS, "commands"]
# A kernel that reads variables of its host's environment should start the same for everybody.
UNSET = (
    "NODE_OPTIONS",
    "NODE_PATH",
    "DENO_DIR",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    # Every installed package has its bytecode beside it; without, Python would compile ours at each start.
    "PYTHONDONTWRITEBYTECODE",
)

HEAD = """\
# Results

Written by `make bench`; do not edit. Read the ratios (in parentheses: how many times better dxkernel is; below 1 it is
worse), since the times are those of one machine. [README.md](README.md) says what is measured.
"""


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer runs: to see that it works")
    parser.add_argument("--only", action="append", choices=NAMES, help="this benchmark (may be given several times)")
    parser.add_argument("--peers", help="only these kernels, separated by commas")
    args = parser.parse_args(argv)
    for name in UNSET:
        os.environ.pop(name, None)

    compileall.compile_dir(peers.ROOT / "dxkernel", quiet=1)
    peers.install_peers()
    chosen = [peer for peer in peers.kernels() if not args.peers or peer.name in args.peers.split(",")]
    kernel_rows, command_rows = measure(args.only or NAMES, chosen, quick=args.quick)
    text = document(kernel_rows, command_rows, chosen)
    print(text)
    if not (args.quick or args.only or args.peers):
        RESULTS.write_text(text, encoding="utf-8")
        print(f"Written to {RESULTS.relative_to(peers.ROOT)}", file=sys.stderr)
    return 0


def measure(names: Sequence[str], chosen: Sequence[Peer], *, quick: bool) -> tuple[list[Row], list[Row]]:
    rows: list[Row] = []
    for name, benchmark in kernels.WITH_PEERS.items():
        if name in names:
            say(name)
            rows += benchmark(chosen, quick=quick)
    if shared := [name for name in kernels.WITH_KERNELS if name in names]:
        with contextlib.ExitStack() as stack:
            running = [stack.enter_context(Kernel(peer)) for peer in chosen]
            for name in shared:
                say(name)
                rows += kernels.WITH_KERNELS[name](running, quick=quick)
    if "commands" not in names:
        return rows, []
    say("commands")
    return rows, commands.commands(quick=quick)


def document(kernel_rows: Sequence[Row], command_rows: Sequence[Row], chosen: Sequence[Peer]) -> str:
    versions = ", ".join(f"{peer.name} {peer.version}" for peer in chosen)
    others = [peer.name for peer in chosen if peer.name != OURS]
    now = f"{dt.datetime.now(dt.UTC):%Y-%m-%d}"
    languages = f"Node.js {peers.asked(peers.bundled_node())}, Python {platform.python_version()}"
    parts = [HEAD, f"{now}; {machine()}; {versions}, {languages}.\n"]
    if kernel_rows:
        parts += ["## Kernels\n", table(kernel_rows, OURS, others) + "\n"]
    if command_rows:
        parts += ["## Commands\n", table(command_rows, OURS, ["node", "deno", "python"]) + "\n"]
    return "\n".join(parts)


def machine() -> str:
    """Describe the machine without naming it."""
    cpuinfo = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = next((line.partition(":")[2].strip() for line in cpuinfo.splitlines() if line.startswith("model name")), "")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model or platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}"


def say(name: str) -> None:
    print(f"measuring: {name}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
