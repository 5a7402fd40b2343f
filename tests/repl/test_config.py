from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dxkernel.errors import UsageError
from dxkernel.repl.config import Settings, config_path, load_settings
from dxkernel.repl.terminal import abilities

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("", Settings()),
        ("[other]\nx = 1\n", Settings()),
        ('[repl]\ntheme = "light"\nvi_mode = true\n', Settings(theme="light", vi_mode=True)),
    ],
)
def test_settings_are_read(text: str, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    assert load_settings(file) == settings


def test_without_a_file_there_are_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "none.toml") == Settings()


def test_startup_is_relative_to_the_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[repl]\nstartup = "first.ts"\n', encoding="utf-8")
    assert load_settings(file).startup == str(tmp_path / "first.ts")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[repl", "is not TOML"),
        ("repl = 1", "`repl` is to be a table: [repl]"),
        ('[repl]\ntheme = "blue"', '`theme` in [repl] is \'blue\'; allowed: "auto", "dark", "light"'),
        ("[repl]\nvi_mode = 1", "`vi_mode` in [repl] is 1; allowed: true, false"),
        ("[repl]\nstartup = 1", "`startup` in [repl] is 1; allowed: a text in quotes"),
        ("[repl]\nvimode = true", "[repl] has no setting `vimode`; did you mean `vi_mode`?"),
        ("[repl]\nzzz = true", "[repl] has no setting `zzz`; there are theme, vi_mode,"),
    ],
)
def test_a_wrong_setting_is_named(text: str, complaint: str, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as raised:
        load_settings(file)
    assert str(file) in str(raised.value)
    assert complaint in str(raised.value)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match=r"config\.toml cannot be read"):
        load_settings(tmp_path / "config.toml")


def test_the_settings_are_where_xdg_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert config_path() == tmp_path / "dxkernel" / "config.toml"


@pytest.mark.parametrize(
    ("environment", "tty", "can"),
    [
        ({"TERM": "xterm"}, True, (True, True, True)),
        ({"TERM": "xterm", "NO_COLOR": "1"}, True, (True, False, False)),
        ({"TERM": "linux"}, True, (True, True, False)),
        ({"TERM": "dumb"}, True, (False, False, False)),
        ({}, True, (False, False, False)),
        ({"TERM": "xterm"}, False, (False, False, False)),
    ],
)
def test_what_a_terminal_can_do(environment: dict[str, str], tty: bool, can: tuple[bool, bool, bool]) -> None:  # noqa: FBT001
    found = abilities(environment, is_tty=tty)
    assert (found.dynamic, found.color, found.links) == can
