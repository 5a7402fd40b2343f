"""`Math.sqrt?` and `Math.sqrt??`: asking what something is.

A cell that is one name or member expression and one or two question marks is no JavaScript, so asking takes nothing away
from the language. Pure: the front end looks up what is asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_QUERY = re.compile(
    r"""\s*
    (?P<expression>
        [\w$#]+ (?: \?? \. [\w$#]+ | \[ \s* (?: \d+ | '[^'\\\n]*' | "[^"\\\n]*" ) \s* \] )*
    )
    \s* (?P<marks>\?\??) \s*""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class HelpQuery:
    """What is asked about; `source` asks for the source as well."""

    expression: str
    source: bool


def help_query(code: str) -> HelpQuery | None:
    """The question that `code` is, or `None` if it is a program."""
    match = _QUERY.fullmatch(code)
    return HelpQuery(match["expression"], match["marks"] == "??") if match else None
