"""Run `tour.ipynb` through the installed kernel, as `make demo` does, and tell what happened.

Writes `build/tour.ipynb` (with its outputs) and `build/tour.html`. `--save` writes the outputs into `notebooks/tour.ipynb`
as well. Ends with 1 when a cell failed that was not meant to.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter

NOTEBOOKS = Path(__file__).parent
BUILD = NOTEBOOKS.parent / "build"
# A cell of the tour takes well under a second; a minute of silence means that something hangs.
CELL_TIMEOUT_S = 60
COLORS = re.compile(r"\x1b\[[\d;]*m")
# What to call an output that has several representations: the richest one.
MIME_NAMES = {
    "image/svg+xml": "SVG",
    "image/png": "image",
    "text/html": "HTML",
    "text/markdown": "Markdown",
    "text/latex": "LaTeX",
    "application/json": "JSON",
    "text/plain": "text",
}


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notebook", type=Path, default=NOTEBOOKS / "tour.ipynb")
    parser.add_argument("--kernel", default="dx", help="the kernelspec to run it with")
    parser.add_argument("--save", action="store_true", help="also write the outputs into the notebook itself")
    args = parser.parse_args(argv)

    notebook = nbformat.read(args.notebook, as_version=4)
    print(f"Running {args.notebook.name} through the kernel `{args.kernel}`\n")
    began = time.perf_counter()
    try:
        error = run(notebook, args.kernel, args.notebook.parent)
    except NoSuchKernel:
        print(
            f"There is no kernel `{args.kernel}` in this environment. Run: dx kernel install --sys-prefix",
            file=sys.stderr,
        )
        return 1
    print(f"\n{summary(notebook, time.perf_counter() - began)}")
    write(notebook, args.notebook, save=args.save and error is None)
    if error is not None:
        words = str(error) if sys.stderr.isatty() else COLORS.sub("", str(error))
        print(f"\nThe tour stopped at an error:\n{words}", file=sys.stderr)
    return 0 if error is None else 1


def run(notebook: Any, kernel: str, folder: Path) -> CellExecutionError | None:
    """Execute the notebook's cells in order, reporting each; return the error of a cell that was not meant to fail."""
    client = NotebookClient(
        notebook,
        kernel_name=kernel,
        timeout=CELL_TIMEOUT_S,
        resources={"metadata": {"path": str(folder)}},
        on_cell_executed=lambda cell, **_: report(cell),
    )
    try:
        client.execute()
    except CellExecutionError as error:
        return error
    return None


def report(cell: Any) -> None:
    """Print one line on a code cell that has just run."""
    if cell.cell_type != "code":
        return
    first = next((line for line in cell.source.splitlines() if line.strip()), "")
    kinds = ", ".join(output_kind(output, cell) for output in cell.outputs) or "no output"
    print(f"  [{cell.execution_count or '-':>2}] {seconds(cell):5.2f} s  {first[:58]:<58}  {kinds}")


def seconds(cell: Any) -> float:
    times = cell.metadata.get("execution", {})
    begin, end = times.get("iopub.execute_input"), times.get("iopub.status.idle")
    return (datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds() if begin and end else 0.0


def output_kind(output: Any, cell: Any) -> str:
    if output.output_type == "stream":
        return str(output.name)
    if output.output_type == "error":
        meant = "raises-exception" in cell.metadata.get("tags", [])
        return f"{output.ename} (on purpose)" if meant else f"{output.ename} (!)"
    return next((name for mime, name in MIME_NAMES.items() if mime in output.data), "display")


def summary(notebook: Any, took: float) -> str:
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    ran = [cell for cell in cells if cell.execution_count]
    kinds = Counter(output_kind(output, cell) for cell in cells for output in cell.outputs)
    listed = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    return f"{len(ran)} of {len(cells)} cells ran in {took:.1f} s (with the start of the kernel). Outputs: {listed}."


def write(notebook: Any, source: Path, *, save: bool) -> None:
    BUILD.mkdir(exist_ok=True)
    executed, page = BUILD / source.name, BUILD / f"{source.stem}.html"
    nbformat.write(notebook, executed)
    body, _ = HTMLExporter(embed_images=True).from_notebook_node(notebook)
    page.write_text(body, encoding="utf-8")
    print(f"The page is {shown(page)}, the executed notebook {shown(executed)}.")
    if save:
        nbformat.write(without_traces_of_this_run(notebook), source)
        print(f"Outputs saved in {shown(source)}.")


def without_traces_of_this_run(notebook: Any) -> Any:
    """Return a notebook without times, which would only make noise in a diff, and without this machine's folders."""
    copy = nbformat.reads(nbformat.writes(notebook).replace(f"{NOTEBOOKS.resolve()}/", ""), as_version=4)
    for cell in copy.cells:
        cell.metadata.pop("execution", None)
    return copy


def shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
