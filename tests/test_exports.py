"""Each package's public surface is pinned in `exports.txt`: adding to it or taking from it is a decision that is seen.

`DX_RECORD=1 pytest tests/test_exports.py` writes the file anew.
"""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "exports.txt"


def packages() -> list[str]:
    files = sorted((ROOT / "dxkernel").rglob("__init__.py"))
    return [".".join(file.parent.relative_to(ROOT).parts) for file in files if "node_modules" not in file.parts]


def exports(package: str) -> list[str]:
    return sorted(getattr(importlib.import_module(package), "__all__", []))


def test_the_public_surface_is_what_it_was() -> None:
    surface = "".join(f"{package}\n" + "".join(f"    {name}\n" for name in exports(package)) for package in packages())
    if os.environ.get("DX_RECORD"):
        GOLDEN.write_text(surface, encoding="utf-8")
    assert surface == GOLDEN.read_text(encoding="utf-8"), "if this was meant: DX_RECORD=1 pytest tests/test_exports.py"


@pytest.mark.parametrize("package", packages())
def test_what_is_exported_exists(package: str) -> None:
    module = importlib.import_module(package)
    assert [name for name in exports(package) if not hasattr(module, name)] == []
