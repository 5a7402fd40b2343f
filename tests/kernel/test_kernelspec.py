"""The kernelspec: its files, and where they go."""

from __future__ import annotations

import json
import struct
import sys
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

from dxkernel.errors import UsageError
from dxkernel.kernel.kernelspec import (
    Destination,
    KernelspecError,
    install,
    installed,
    kernelspec_dir,
    render_spec,
    uninstall,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user with nothing installed."""
    for name in ("JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_PATH", "HOME", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    # Not this environment's kernels either: `make demo` installs one there.
    monkeypatch.setattr("jupyter_core.paths.ENV_JUPYTER_PATH", [])
    monkeypatch.setattr("jupyter_core.paths.SYSTEM_JUPYTER_PATH", [])
    return tmp_path


def test_the_spec_starts_this_python() -> None:
    spec = render_spec()
    assert spec["argv"] == [sys.executable, "-m", "dxkernel", "kernel", "start", "-f", "{connection_file}"]
    assert (spec["display_name"], spec["language"], spec["interrupt_mode"]) == (
        "TypeScript (dx)",
        "typescript",
        "message",
    )
    assert spec["metadata"] == {"debugger": False, "kernel_protocol_version": "5.5"}
    assert "env" not in spec


@pytest.mark.parametrize("size", [32, 64])
def test_logos_have_the_size_they_say(size: int) -> None:
    data = (kernelspec_dir() / f"logo-{size}x{size}.png").read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", data[16:24]) == (size, size)


def test_the_svg_logo_is_well_formed() -> None:
    assert ET.parse(kernelspec_dir() / "logo-svg.svg").getroot().tag.endswith("svg")  # noqa: S314  # our own file


def test_install_list_uninstall(home: Path) -> None:
    folder = install(Destination(), display_name="Mine")
    assert folder == home / "jupyter_data_dir" / "kernels" / "dx"
    assert json.loads((folder / "kernel.json").read_text(encoding="utf-8"))["display_name"] == "Mine"
    assert {path.name for path in folder.iterdir()} == {
        "kernel.json", "logo-32x32.png", "logo-64x64.png", "logo-svg.svg",
    }  # fmt: skip
    assert installed()["dx"] == folder
    assert install(Destination()) == folder  # Again is an update.
    assert uninstall() == folder
    assert "dx" not in installed()
    with pytest.raises(KernelspecError, match="no kernel named 'dx'"):
        uninstall()


def test_a_prefix(home: Path) -> None:
    folder = install(Destination(home / "env"), name="other")
    assert folder == home / "env" / "share" / "jupyter" / "kernels" / "other"


def test_a_name_jupyter_would_not_take(home: Path) -> None:
    for name in ("", "a b", "../up", "a/b"):
        with pytest.raises(UsageError, match="kernel name"):
            install(Destination(home), name=name)


def test_a_place_that_cannot_be_written_is_named_with_a_way_out(home: Path) -> None:
    blocked = home / "file"
    blocked.write_text("", encoding="utf-8")
    with pytest.raises(KernelspecError, match=r"cannot write .*file.*--user, --sys-prefix or --prefix"):
        install(Destination(blocked))
