"""The person's settings: `config.toml`, read and checked.

A setting that makes no sense is a `UsageError` that names the file, the key and what is allowed.
"""

from __future__ import annotations

import difflib
import os
import sys
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from dxkernel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

from typing import Literal

Theme = Literal["auto", "dark", "light"]


@dataclass(frozen=True, slots=True)
class Settings:
    """The table `[repl]`."""

    theme: Theme = "auto"
    vi_mode: bool = False
    mouse: bool = False
    history: bool = True
    complete_while_typing: bool = True
    show_signature: bool = True
    toolbar: bool = True
    startup: str = ""
    """A file that is run before the first prompt; relative to the folder of the settings."""


def config_path() -> Path:
    """Where this user's settings are, whether or not there are any."""
    if sys.platform == "win32":
        base = os.environ.get("APPDATA") or str(Path.home() / "AppData" / "Roaming")
    else:
        base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "dxkernel" / "config.toml"


def load_settings(path: Path) -> Settings:
    """The settings in `path`, or the defaults if there is no such file. Raises `UsageError`."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    try:
        table = tomllib.loads(text).get("repl", {})
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is not TOML: {error}") from error
    if not isinstance(table, dict):
        raise UsageError(f"{path}: `repl` is to be a table: [repl]")
    return _checked(table, path)


def _checked(table: Mapping[str, Any], path: Path) -> Settings:
    types = get_type_hints(Settings)
    for key, value in table.items():
        if key not in types:
            close = difflib.get_close_matches(key, types, n=1)
            hint = (
                f"did you mean `{close[0]}`?" if close else f"there are {', '.join(f.name for f in fields(Settings))}"
            )
            raise UsageError(f"{path}: [repl] has no setting `{key}`; {hint}")
        allowed = _allowed(types[key], value)
        if allowed:
            raise UsageError(f"{path}: `{key}` in [repl] is {value!r}; allowed: {allowed}")
    settings = Settings(**table)
    startup = str(path.parent / Path(settings.startup).expanduser()) if settings.startup else ""
    return Settings(**{**table, "startup": startup})


def _allowed(kind: Any, value: object) -> str:
    """What would be right, if `value` is not."""
    if kind is bool:
        return "" if isinstance(value, bool) else "true, false"
    if kind is str:
        return "" if isinstance(value, str) else "a text in quotes"
    choices = get_args(kind)
    return "" if value in choices else ", ".join(f'"{choice}"' for choice in choices)
