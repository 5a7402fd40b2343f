"""Benchmarks of kernels. Each is a function from running kernels to rows; peers take turns within each."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from benchmarks.client import Kernel
from benchmarks.peers import Language, Peer
from benchmarks.rows import Cell, Row, median, percentile

Kernels = Sequence[Kernel]

LINES = 20_000
BIG = 10_000_000
ADDITIONS = 20_000_000
INTERRUPT_TIMEOUT_S = 10.0

PRINT_LINES: Final[Mapping[Language, str]] = {
    "js": f"for (let i = 0; i < {LINES}; i++) console.log('line ' + i)",
    "python": f"for i in range({LINES}): print('line', i)",
}
PRINT_BIG: Final[Mapping[Language, str]] = {
    "js": f"console.log('x'.repeat({BIG}))",
    "python": f"print('x' * {BIG})",
}
FOREVER: Final[Mapping[Language, str]] = {"js": "while (true) {}", "python": "while True: pass"}
REMEMBER: Final[Mapping[Language, str]] = {"js": "let kept = 40 + 2", "python": "kept = 40 + 2"}
RECALL: Final = "kept"

# What is added in each turn. The first is the least work that a loop can do, so it shows the cost of the variable alone.
ADDENDS: Final[Mapping[str, str]] = {"i": "20 million additions", "i % 7": "20 million additions of a remainder"}
# Each sum has a variable of its own: engines choose a variable's form by the numbers it has held.
TOTALS: Final[Mapping[str, str]] = {"i": "total", "i % 7": "remainders"}


def loop_at_top(language: Language, addend: str) -> str:
    if language == "python":
        return f"for i in range({ADDITIONS}): {TOTALS[addend]} += {addend}"
    return f"for (let i = 0; i < {ADDITIONS}; i++) {TOTALS[addend]} += {addend}"


def loop_in_function(language: Language, addend: str) -> str:
    if language == "python":
        return f"def f():\n s = 0\n for i in range({ADDITIONS}): s += {addend}\n return s\nf()"
    return f"(() => {{ let sum = 0; for (let i = 0; i < {ADDITIONS}; i++) sum += {addend}; return sum; }})()"


def start(peers: Sequence[Peer], *, quick: bool) -> list[Row]:
    ready: dict[str, list[float]] = {peer.name: [] for peer in peers}
    first: dict[str, list[float]] = {peer.name: [] for peer in peers}
    for _ in range(2 if quick else 11):
        for peer in peers:
            with Kernel(peer) as kernel:
                ready[peer.name].append(kernel.start_s * 1000)
                first[peer.name].append((kernel.start_s + kernel.run("1+1").seconds) * 1000)
    return [
        Row("start of the kernel until it answers", "ms", {name: median(times) for name, times in ready.items()}),
        Row("… until it has run `1+1`", "ms", {name: median(times) for name, times in first.items()}),
    ]


def round_trip(kernels: Kernels, *, quick: bool) -> list[Row]:
    samples: dict[str, list[float]] = {kernel.peer.name: [] for kernel in kernels}
    for kernel in kernels:
        for _ in range(20):
            kernel.run("1+1")
    for _ in range(2 if quick else 10):
        for kernel in kernels:
            samples[kernel.peer.name] += [kernel.run("1+1").seconds * 1000 for _ in range(30)]
    return [
        Row(f"`1+1` until reply and idle, {label}", "ms", {name: percentile(t, p) for name, t in samples.items()})
        for label, p in (("median", 50), ("99th percentile", 99))
    ]


def many_lines(kernels: Kernels, *, quick: bool) -> list[Row]:
    times: dict[str, list[float]] = {kernel.peer.name: [] for kernel in kernels}
    arrived: dict[str, list[float]] = {kernel.peer.name: [] for kernel in kernels}
    for _ in range(1 if quick else 5):
        for kernel in kernels:
            ran = kernel.run(PRINT_LINES[kernel.peer.language])
            times[kernel.peer.name].append(ran.seconds * 1000)
            arrived[kernel.peer.name].append(ran.text.count("\n"))
            time.sleep(0.5)  # what comes too late must not disturb the next one
    return [
        Row(f"{LINES:,} printed lines until idle", "ms", {name: median(t) for name, t in times.items()}),
        Row(
            f"… of which arrived before idle, the worst of {1 if quick else 5} runs",
            "lines",
            {name: min(lines) for name, lines in arrived.items()},
            more_is_better=True,
        ),
    ]


def big_string(kernels: Kernels, *, quick: bool) -> list[Row]:
    times: dict[str, list[float]] = {kernel.peer.name: [] for kernel in kernels}
    arrived: dict[str, list[float]] = {kernel.peer.name: [] for kernel in kernels}
    for _ in range(1 if quick else 5):
        for kernel in kernels:
            ran = kernel.run(PRINT_BIG[kernel.peer.language])
            times[kernel.peer.name].append(ran.seconds * 1000)
            arrived[kernel.peer.name].append(100 * ran.text.count("x") / BIG)
            time.sleep(0.5)
    return [
        Row("one printed string of 10 MB until idle", "ms", {name: median(t) for name, t in times.items()}),
        Row("… of which arrived before idle", "%", {n: min(p) for n, p in arrived.items()}, more_is_better=True),
    ]


def loops(kernels: Kernels, *, quick: bool) -> list[Row]:
    rows: list[Row] = []
    for addend, what in ADDENDS.items():
        top: dict[str, list[float]] = {kernel.peer.name: [] for kernel in kernels}
        inside: dict[str, list[float]] = {kernel.peer.name: [] for kernel in kernels}
        for _ in range(1 if quick else 7):
            for kernel in kernels:
                language = kernel.peer.language
                kernel.run(f"{'let ' if language == 'js' else ''}{TOTALS[addend]} = 0")
                top[kernel.peer.name].append(kernel.run(loop_at_top(language, addend)).seconds * 1000)
                inside[kernel.peer.name].append(kernel.run(loop_in_function(language, addend)).seconds * 1000)
        rows += [
            Row(f"{what} to a top-level variable", "ms", {name: median(t) for name, t in top.items()}),
            Row("… and in a function", "ms", {name: median(t) for name, t in inside.items()}),
        ]
    return rows


def memory(kernels: Kernels, *, quick: bool) -> list[Row]:
    time.sleep(0.5 if quick else 3)  # let collectors and threads that started with the kernel settle
    return [Row("memory of all processes when idle (PSS)", "MiB", {k.peer.name: k.pss_mib() for k in kernels})]


def interrupt(peers: Sequence[Peer], *, quick: bool) -> list[Row]:
    values: dict[str, Cell] = {}
    for peer in peers:
        samples: list[float] = []
        failure = ""
        for _ in range(1 if quick else 5):
            with Kernel(peer) as kernel:
                outcome = interrupt_once(kernel)
            if isinstance(outcome, str):
                failure = outcome
                break
            samples.append(outcome)
        values[peer.name] = failure or median(samples)
    return [Row("interrupt of a busy loop until the reply, state kept", "ms", values)]


def interrupt_once(kernel: Kernel) -> float | str:
    """Return the milliseconds that an interrupt took, or what happened instead of it."""
    language = kernel.peer.language
    kernel.run(REMEMBER[language])
    sent = 0.0

    def interrupt_soon() -> None:
        nonlocal sent
        time.sleep(0.5)
        sent = time.perf_counter()
        kernel.interrupt()

    try:
        kernel.run(FOREVER[language], timeout=INTERRUPT_TIMEOUT_S, on_busy=interrupt_soon)
    except queue.Empty:
        return "does not stop" if kernel.process.poll() is None else "dies"
    took = (time.perf_counter() - sent) * 1000
    try:
        return took if kernel.run(RECALL, timeout=INTERRUPT_TIMEOUT_S).result == "42" else "state lost"
    except queue.Empty:
        return "dies"


# Those that share running kernels, and those that start their own.
WITH_KERNELS: Final[Mapping[str, Callable[..., list[Row]]]] = {
    "round-trip": round_trip,
    "memory": memory,
    "lines": many_lines,
    "big-string": big_string,
    "loops": loops,
}
WITH_PEERS: Final[Mapping[str, Callable[..., list[Row]]]] = {"start": start, "interrupt": interrupt}
