"""The conformance suite of Jupyter itself, on the real kernel."""

from __future__ import annotations

import unittest
from typing import Any, ClassVar

import jupyter_kernel_test as jkt
import pytest

from tests.integration import conftest

pytestmark = pytest.mark.node


class DxKernelTests(jkt.KernelTests):  # type: ignore[misc]
    kernel_name = "dx"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('oh no')"
    completion_samples: ClassVar = [
        {"text": "Math.sq", "matches": {"sqrt"}},
        {"text": "const answerOfAll = 42; answerOf"},
        {"text": "'text'.toUpperC", "matches": {"toUpperCase"}},
    ]
    complete_code_samples: ClassVar = [
        "1 + 1",
        "const f = (x: number) => x",
        "for (const x of []) {}",
        "/[(]/",
        "`a`",
        "",
    ]
    incomplete_code_samples: ClassVar = ["function f() {", "x =>", "const a = 1 +", "if (true)", "f(", "/* a"]
    invalid_code_samples: ClassVar = ["let 1x", "const a = ;", "}", "a b c"]
    code_generate_error = "throw new Error('on purpose')"
    code_execute_result: ClassVar = [
        {"code": "1 + 2 + 3", "result": "6"},
        {"code": "[1, 2, 3].map(n => n ** 2)", "result": "[ 1, 4, 9 ]"},
        {"code": "({ a: 1, b: 'x' })", "result": "{ a: 1, b: 'x' }"},
        {"code": "await Promise.resolve('later')", "result": "'later'"},
        {"code": "const typed: number = 40; typed + 2", "result": "42"},
    ]
    code_display_data: ClassVar = [
        {"code": "dx.display(dx.html('<b>bold</b>'))", "mime": "text/html"},
        {"code": "dx.display(dx.markdown('**bold**'))", "mime": "text/markdown"},
    ]
    code_history_pattern = "1 + 2*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "Math.sqrt"
    code_clear_output = "dx.clear()"
    code_page_something = "Math.sqrt?"

    @classmethod
    def setUpClass(cls) -> None:
        cls.km, cls.kc = conftest.start(conftest.RealManager)


class DxIopubWelcomeTests(jkt.IopubWelcomeTests):  # type: ignore[misc]
    kernel_name = "dx"
    support_iopub_welcome = True

    @classmethod
    def setUpClass(cls) -> None:
        manager = conftest.RealManager(kernel_name="dx")
        manager.start_kernel()
        cls.km, cls.kc = manager, manager.client()


def load_tests(*_: Any) -> unittest.TestSuite:
    """Only our subclasses: the suite's own classes test whatever kernel is called python3."""
    loader = unittest.defaultTestLoader
    return unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in (DxKernelTests, DxIopubWelcomeTests))
