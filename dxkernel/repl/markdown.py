"""Markdown, roughly, as coloured text: headings, emphasis, code, lists and links. No tables, no nesting.

Pure. Its input is already neutral (`text.neutralise`), so the only escape sequences in what comes out are ours.
"""

from __future__ import annotations

import re

_BOLD, _ITALIC, _CODE, _DIM, _RESET = "\x1b[1m", "\x1b[3m", "\x1b[36m", "\x1b[2m", "\x1b[0m"

_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
_BULLET = re.compile(r"(\s*)[-*+]\s+(.*)")
_INLINE = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|\*\*(?P<bold>[^*\n]+)\*\*"
    r"|(?<!\w)[*_](?P<italic>[^*_\s][^*_\n]*)[*_](?!\w)"
    r"|!?\[(?P<label>[^]\n]*)\]\((?P<target>[^)\s]+)\)"
)


def render_markdown(text: str, *, color: bool) -> str:
    """`text` for a terminal. Without `color` it is shown as it was written, which is what Markdown is made for."""
    if not color:
        return text
    lines, fenced = [], False
    for line in text.split("\n"):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif fenced:
            lines.append(f"  {_CODE}{line}{_RESET}")
        else:
            lines.append(_line(line))
    return "\n".join(lines)


def _line(line: str) -> str:
    heading = _HEADING.fullmatch(line)
    if heading:
        return f"{_BOLD}{heading[2]}{_RESET}"
    bullet = _BULLET.fullmatch(line)
    if bullet:
        return f"{bullet[1]}• {_inline(bullet[2])}"
    if line.startswith(">"):
        return f"{_DIM}│{line[1:]}{_RESET}"
    return _inline(line)


def _inline(text: str) -> str:
    def replace(match: re.Match[str]) -> str:
        if match["code"]:
            return f"{_CODE}{match['code']}{_RESET}"
        if match["bold"]:
            return f"{_BOLD}{match['bold']}{_RESET}"
        if match["italic"]:
            return f"{_ITALIC}{match['italic']}{_RESET}"
        return f"{match['label']} {_DIM}({match['target']}){_RESET}"

    return _INLINE.sub(replace, text)
