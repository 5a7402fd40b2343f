"""The tour as a newcomer runs it: every cell, through the real kernel, with a client that stops reading at `idle`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from dxkernel.cli.kernel import main as dx_kernel

ROOT = Path(__file__).parent.parent.parent
NOTEBOOK = ROOT / "notebooks" / "tour.ipynb"

# What each code cell shows, in order: the streams' names, `error`, or the richest representation.
EXPECTED = [
    ["text"],  # read a file
    ["text"],  # an object
    ["html"],  # records as a table
    ["html"],  # months
    ["svg"],  # a band
    ["svg"],  # bars
    ["markdown", "latex", "json"],
    ["html"],  # an object that shows itself
    ["text"],  # its class declared again
    ["html", "stdout"],  # a display updated in place, with output beside it
    ["stdout", "stderr"],
    ["stdout"],  # a caught error
    ["error"],
    ["text"],
]
KINDS = {
    "image/svg+xml": "svg",
    "text/html": "html",
    "text/markdown": "markdown",
    "text/latex": "latex",
    "application/json": "json",
    "text/plain": "text",
}


@pytest.fixture(scope="module")
def code_cells(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    if not (ROOT / "notebooks" / "node_modules").is_dir():
        pytest.skip("the tour's npm packages are not installed: make test does that")
    prefix = tmp_path_factory.mktemp("prefix")
    assert dx_kernel(["install", "--prefix", str(prefix)]) == 0
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(prefix / "share" / "jupyter"))
        resources = {"metadata": {"path": str(NOTEBOOK.parent)}}
        NotebookClient(notebook, kernel_name="dx", timeout=60, resources=resources).execute()
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def kinds(cell: Any) -> list[str]:
    """Name a cell's outputs; output of one stream that came in several messages counts once."""
    names = [kind(output) for output in cell.outputs]
    return [name for index, name in enumerate(names) if name not in names[:index] or name not in {"stdout", "stderr"}]


def kind(output: Any) -> str:
    if output.output_type == "stream":
        return str(output.name)
    if output.output_type == "error":
        return "error"
    return next(name for mime, name in KINDS.items() if mime in output.data)


@pytest.mark.node
@pytest.mark.parametrize("index", range(len(EXPECTED)))
def test_a_cell_shows_what_it_should(code_cells: list[Any], index: int) -> None:
    assert kinds(code_cells[index]) == EXPECTED[index]


@pytest.mark.node
def test_every_cell_is_expected(code_cells: list[Any]) -> None:
    assert len(code_cells) == len(EXPECTED)


@pytest.mark.node
def test_the_numbers_are_right(code_cells: list[Any]) -> None:
    assert "1461 days, from 2012-01-01 to 2015-12-31" in code_cells[0].outputs[0].data["text/plain"]
    assert "**Nov** brings" in code_cells[6].outputs[0].data["text/markdown"]


@pytest.mark.node
def test_the_display_ended_where_the_program_left_it(code_cells: list[Any]) -> None:
    bar = next(output for output in code_cells[9].outputs if output.output_type == "display_data")
    assert "4 of 4 years" in bar.data["text/html"]


@pytest.mark.node
def test_the_error_points_at_what_was_written(code_cells: list[Any]) -> None:
    error = code_cells[12].outputs[-1]
    shown = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(error.traceback))
    assert error.ename == "CsvError"
    assert "line 3" in error.evalue
    assert "if (bad) throw new CsvError(" in shown
    assert re.search(r"at parseCsv \(.*csv\.ts:\d+:\d+\)\n +at load \(Cell \[\d+\]:4:10\)", shown)
    assert "node:internal" not in shown


def test_the_notebook_is_valid_and_of_our_kernel() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "dx"
