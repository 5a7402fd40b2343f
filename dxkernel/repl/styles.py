"""Colours. Both themes use the terminal's own sixteen, so they follow whatever palette a person has chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_toolkit.styles import Style

if TYPE_CHECKING:
    from collections.abc import Mapping

_COMMON = {
    "pygments.comment": "italic ansibrightblack",
    "pygments.error": "underline ansired",
    "prompt": "ansigreen",
    "prompt.number": "bold ansigreen",
    "continuation": "ansibrightblack",
    "auto-suggestion": "ansibrightblack",
    "bottom-toolbar": "noreverse ansibrightblack",
    "validation-toolbar": "noinherit ansired",
    "matching-bracket.cursor": "bold underline",
    "matching-bracket.other": "bold underline",
}
_DARK = {
    "pygments.keyword": "ansibrightmagenta",
    "pygments.keyword.type": "ansibrightcyan",
    "pygments.literal.string": "ansibrightgreen",
    "pygments.literal.number": "ansibrightyellow",
    "pygments.name.builtin": "ansibrightcyan",
    "pygments.name.function": "ansibrightblue",
    "pygments.operator": "ansiwhite",
    "completion-menu.completion": "bg:ansibrightblack ansiwhite",
    "completion-menu.completion.current": "bg:ansiblue ansiwhite",
    "completion-menu.meta.completion": "bg:ansibrightblack ansicyan",
    "completion-menu.meta.completion.current": "bg:ansiblue ansicyan",
}
_LIGHT = {
    "pygments.keyword": "ansimagenta",
    "pygments.keyword.type": "ansicyan",
    "pygments.literal.string": "ansigreen",
    "pygments.literal.number": "ansired",
    "pygments.name.builtin": "ansicyan",
    "pygments.name.function": "ansiblue",
    "completion-menu.completion": "bg:ansigray ansiblack",
    "completion-menu.completion.current": "bg:ansiblue ansiwhite",
    "completion-menu.meta.completion": "bg:ansigray ansiblue",
    "completion-menu.meta.completion.current": "bg:ansiblue ansiwhite",
}


def make_style(theme: str, environment: Mapping[str, str]) -> Style:
    """The colours of `theme`; `auto` goes by `COLORFGBG`, which some terminals set, and else takes the dark one."""
    if theme == "auto":
        theme = "light" if environment.get("COLORFGBG", "").endswith((";7", ";15")) else "dark"
    return Style.from_dict({**_COMMON, **(_LIGHT if theme == "light" else _DARK)})
