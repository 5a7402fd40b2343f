"""The kernelspec: what Jupyter reads to offer and start this kernel.

`kernelspec/` holds the template and the logos. jupyter_client knows where specs belong on each system, so it does the
installing; it is imported only here and only when a spec is installed, removed or listed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dxkernel.errors import DxError, UsageError

if TYPE_CHECKING:
    from jupyter_client.kernelspec import KernelSpecManager

DEFAULT_NAME = "dx"
PYTHON_PLACEHOLDER = "{python}"

# What Jupyter accepts as a folder name for a spec.
_NAME = re.compile(r"[A-Za-z0-9._-]+")


class KernelspecError(DxError):
    """A kernelspec could not be installed or removed. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a spec goes: a prefix (`<prefix>/share/jupyter/kernels`), or the user's own folder when it is `None`."""

    prefix: Path | None = None

    @classmethod
    def default(cls) -> Destination:
        """The active environment where there is one, so that it stays in charge of its kernels; the user otherwise."""
        in_environment = sys.prefix != sys.base_prefix or bool(os.environ.get("CONDA_PREFIX"))
        return cls(Path(sys.prefix)) if in_environment else cls()


def kernelspec_dir() -> Path:
    """The folder with the template and the logos, in an installed package or in a checkout."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "kernelspec", package.parent / "kernelspec"):
        if (folder / "kernel.json").is_file():
            return folder
    raise KernelspecError(f"the kernelspec is missing from {package}: reinstall dxkernel")


def render_spec(*, display_name: str | None = None, python: str | None = None) -> dict[str, Any]:
    """The content of `kernel.json`, with this interpreter in place of the placeholder."""
    template = (kernelspec_dir() / "kernel.json").read_text(encoding="utf-8")
    spec: dict[str, Any] = json.loads(template)
    interpreter = python or sys.executable
    spec["argv"] = [interpreter if part == PYTHON_PLACEHOLDER else part for part in spec["argv"]]
    if display_name:
        spec["display_name"] = display_name
    return spec


def install(destination: Destination, *, name: str = DEFAULT_NAME, display_name: str | None = None) -> Path:
    """Install the spec and return its folder. Raises `UsageError` for a bad name, `KernelspecError` if it fails."""
    _check_name(name)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / name
        shutil.copytree(kernelspec_dir(), folder)
        spec = json.dumps(render_spec(display_name=display_name), indent=2, ensure_ascii=False)
        (folder / "kernel.json").write_text(spec + "\n", encoding="utf-8")
        try:
            return Path(_install_folder(folder, name, destination))
        except OSError as error:
            where = error.filename or destination.prefix or "the user's Jupyter folder"
            raise KernelspecError(
                f"cannot write {where}: {error.strerror or error}. "
                "Choose another place with --user, --sys-prefix or --prefix."
            ) from error


def uninstall(name: str = DEFAULT_NAME) -> Path:
    """Remove the spec that Jupyter finds under `name`, and return the folder it was in."""
    _check_name(name)
    manager = _manager()
    if name not in manager.find_kernel_specs():
        raise KernelspecError(f"no kernel named {name!r} is installed; `dx kernel list` shows those that are")
    try:
        return Path(str(manager.remove_kernel_spec(name)))
    except OSError as error:
        raise KernelspecError(f"cannot remove {error.filename or name}: {error.strerror or error}") from error


def installed() -> dict[str, Path]:
    """Every installed spec that starts dxkernel, by name."""
    found = {}
    for name, folder in _manager().find_kernel_specs().items():
        spec = _read_spec(Path(folder))
        if "dxkernel" in spec.get("argv", []):
            found[name] = Path(folder)
    return found


def _read_spec(folder: Path) -> dict[str, Any]:
    try:
        spec = json.loads((folder / "kernel.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # Somebody else's broken spec is not ours to report.
    return spec if isinstance(spec, dict) else {}


def _install_folder(folder: Path, name: str, destination: Destination) -> str:
    if destination.prefix is None:
        return str(_manager().install_kernel_spec(str(folder), name, user=True))
    return str(_manager().install_kernel_spec(str(folder), name, prefix=str(destination.prefix)))


def _manager() -> KernelSpecManager:
    try:
        from jupyter_client.kernelspec import KernelSpecManager  # noqa: PLC0415
    except ImportError as error:
        raise KernelspecError("this needs jupyter_client: pip install jupyter_client") from error
    return KernelSpecManager()


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise UsageError(f"kernel name {name!r}: use letters, digits, '.', '_' and '-'")
