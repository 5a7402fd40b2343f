"""`dx kernel`: what it prints and the statuses it ends with."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from dxkernel.cli.kernel import FAILED, OK, USAGE, main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user with nothing installed."""
    for name in ("JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_PATH", "HOME", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))


def test_install_list_and_uninstall(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "jupyter_data_dir" / "kernels" / "mine"
    assert main(["install", "--user", "--name", "mine", "--display-name", "Mine"]) == OK
    assert capsys.readouterr().out == f"Installed the kernel 'mine' in {folder}\n"
    assert main(["list"]) == OK
    assert f"mine\t{folder}\n" in capsys.readouterr().out
    assert main(["uninstall", "--name", "mine"]) == OK
    assert capsys.readouterr().out == f"Removed the kernel 'mine' from {folder}\n"


@pytest.mark.parametrize(
    ("args", "status", "complaint"),
    [
        ([], USAGE, "required: COMMAND"),
        (["nonsense"], USAGE, "invalid choice"),
        (["install", "--user", "--sys-prefix"], USAGE, "not allowed with"),
        (["install", "--name", "a b"], USAGE, "kernel name 'a b'"),
        (["uninstall", "--name", "nobody"], FAILED, "no kernel named 'nobody'"),
        (["start"], USAGE, "required: -f"),
        (["start", "-f", "missing.json"], USAGE, "cannot read the connection file missing.json"),
    ],
)
def test_what_goes_wrong_is_explained(
    args: list[str], status: int, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(args) == status
    assert complaint in capsys.readouterr().err


@pytest.mark.parametrize("command", [[], ["install"], ["uninstall"], ["list"], ["start"]])
def test_help(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--help"]) == OK
    assert "usage: dx kernel" in capsys.readouterr().out


IMPORTED = """
import sys
from dxkernel.cli.kernel import main
main(["start", "-f", "missing.json"])
print(sorted(set(sys.modules) & {"argparse", "jupyter_client", "traitlets", "tornado", "IPython", "ipykernel", "zmq"}))
"""


@pytest.mark.node
def test_a_starting_kernel_imports_only_what_it_needs() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORTED], capture_output=True, text=True, check=True)
    assert done.stdout == "['zmq']\n"
