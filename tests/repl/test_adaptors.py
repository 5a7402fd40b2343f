"""Lexer, completer, Enter and commands, each asked directly."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from dxkernel.engine.events import Completeness, CompletionItem, Completions
from dxkernel.errors import EngineDiedError
from dxkernel.repl.commands import COMMANDS, Command, complaint, help_text, parse_command
from dxkernel.repl.completer import EngineCompleter
from dxkernel.repl.enter import Complain, Decision, NewLine, Run, decide, looks_complete
from dxkernel.repl.lexer import TypeScriptLexer
from tests.helpers.fake_session import FakeSession

if TYPE_CHECKING:
    from prompt_toolkit.formatted_text import StyleAndTextTuples

SOURCE = """\
const a = `one ${f({x: `in ${1}
ner`})}
two`; /* a
comment */ let b: number = 1 // end
function f<T>(x: T): T { return x }
const r = /a`b/g
"""


def colors(lexer: TypeScriptLexer, text: str) -> list[StyleAndTextTuples]:
    document = Document(text)
    get_line = lexer.lex_document(document)
    return [get_line(number) for number in range(len(document.lines))]


def test_the_lexer_says_what_each_line_holds() -> None:
    lines = colors(TypeScriptLexer(), SOURCE)
    assert ["".join(fragment[1] for fragment in line) for line in lines] == SOURCE.split("\n")
    assert lines[0][0] == ("class:pygments.keyword.declaration", "const")


@pytest.mark.parametrize("seed", range(5))
def test_what_is_typed_has_the_colors_it_would_have_at_once(seed: int) -> None:
    """Random edits: what is remembered of the text before must not show."""
    choice = random.Random(seed)  # noqa: S311
    lexer, text = TypeScriptLexer(), SOURCE
    for _ in range(150):
        start = choice.randrange(len(text) + 1)
        end = min(len(text), start + choice.randrange(4))
        text = text[:start] + choice.choice(["", "`", "${", "}", "\n", "/*", "*/", "x", "'", '"', "1"]) + text[end:]
        assert colors(lexer, text) == colors(TypeScriptLexer(), text)


def test_a_line_of_data_is_not_looked_at() -> None:
    assert colors(TypeScriptLexer(), "x" * 5_000) == [[("", "x" * 5_000)]]


class Answering(FakeSession):
    """Completes with what it is given."""

    def __init__(self, answer: Completions | None) -> None:
        super().__init__()
        self.answer = answer

    async def complete(self, code: str, cursor: int) -> Completions:
        if self.answer is None:
            raise EngineDiedError(f"{code} {cursor}")
        return self.answer


def completions(text: str, answer: Completions | None, *, asked: bool = False) -> list[tuple[str, int, str, str]]:
    async def collect() -> list[tuple[str, int, str, str]]:
        completer = EngineCompleter(Answering(answer), show_signature=True)
        found = completer.get_completions_async(Document(text), CompleteEvent(completion_requested=asked))
        return [(c.text, c.start_position, c.display_text, c.display_meta_text) async for c in found]

    return asyncio.run(collect())


ANSWER = Completions([CompletionItem("sqrt", "function", "(x)"), CompletionItem("\x1b[2J", "")], 5, 7)


@pytest.mark.parametrize(
    ("text", "answer", "found"),
    [
        ("Math.sq", ANSWER, [("sqrt", -2, "sqrt", "function (x)"), ("\x1b[2J", -2, "␛[2J", "")]),
        ("Math.sqrt", Completions([CompletionItem("sqrt")], 5, 9), []),
        ("a ", ANSWER, []),
        ("12", ANSWER, []),
        ("Math.", None, []),
        (".he", ANSWER, [(".help", -3, ".help", "command")]),
    ],
)
def test_completions(text: str, answer: Completions | None, found: list[tuple[str, int, str, str]]) -> None:
    assert completions(text, answer) == found


def test_tab_asks_anywhere() -> None:
    assert completions("a ", Completions([CompletionItem("b")], 2, 2), asked=True) == [("b", 0, "b", "")]


async def parse(text: str) -> Completeness:
    if text.endswith("{"):
        return Completeness("incomplete", "  ")
    return Completeness("invalid", message="no") if text.startswith(")") else Completeness("complete")


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("1|", Run()),
        ("|1", Run()),
        ("f {|", NewLine("  ")),
        (")|", Complain("no")),
        ("  f {|\n}", NewLine("  ")),
        ("  a|\nb", NewLine("  ")),
        ("a|\n\n", Run()),
        ("|", Run()),
        (").x?|", Complain("no")),
        ("x?|", Run()),
        (".help|", Run()),
    ],
)
def test_what_enter_means(text: str, decision: Decision) -> None:
    cursor = text.index("|")
    assert asyncio.run(decide(text.replace("|", ""), cursor, parse)) == decision


async def fail(text: str) -> Completeness:
    raise EngineDiedError(text)


@pytest.mark.parametrize(("text", "decision"), [("f(1)", Run()), ("  f(", NewLine("  "))])
def test_what_enter_means_without_a_parser(text: str, decision: Decision) -> None:
    assert asyncio.run(decide(text, len(text), fail)) == decision


@pytest.mark.parametrize(
    ("text", "complete"),
    [("f('(')", True), ("`a", False), ("`(`", True), ("[1, // ]", False), ("/* x", False), ("/* ( */ 1", True)],
)
def test_brackets_are_counted(text: str, complete: bool) -> None:  # noqa: FBT001
    assert looks_complete(text) == complete


@pytest.mark.parametrize(
    ("text", "command"),
    [
        (".help", Command("help")),
        ("  .load a b.ts  ", Command("load", "a b.ts")),
        (".foo", Command("foo")),
        (".5", None),
        ("...x", None),
        ("a.help", None),
        (".a\n.b", None),
        (".then(x)", None),
        ("", None),
    ],
)
def test_commands_are_read(text: str, command: Command | None) -> None:
    assert parse_command(text) == command


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        (Command("help"), ""),
        (Command("exti"), "there is no command .exti; did you mean .exit?"),
        (Command("zzz"), "there is no command .zzz; .help lists those there are"),
        (Command("save"), ".save needs a file: .save FILE"),
    ],
)
def test_wrong_commands_get_a_hint(command: Command, wrong: str) -> None:
    assert complaint(command) == wrong


def test_help_names_every_command() -> None:
    assert all(f".{name}" in help_text() for name in COMMANDS)
