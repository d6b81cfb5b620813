"""Every rule is whole: code, page, proof and changelog speak of the same rules, and in the same terms."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from asyncdb_lint.diagnostics import Severity
from asyncdb_lint.pages import load_page, rule_names
from asyncdb_lint.rules import all_rules

ROOT = Path(__file__).parent.parent
RULES = {rule.code: rule for rule in all_rules()}
SEVERITIES = {Severity.ERROR: "Error", Severity.WARNING: "Warning", Severity.INFO: "Information"}
# A file that does not parse and a comment are no pitfalls of a database: there is no harm to show on a running app.
FIXES = {"none": "no fix", "safe": "safe fix", "unsafe": "unsafe fix", "safe or unsafe": "safe or unsafe fix"}
NOT_A_PITFALL = {"ADB001", "ADB002", "ADB003"}


@pytest.fixture(params=RULES)
def rule(request: pytest.FixtureRequest) -> Any:
    return RULES[request.param]


def test_code_and_pages_hold_the_same_rules() -> None:
    assert {code: rule.name for code, rule in RULES.items()} == dict(rule_names())


def test_the_header_of_the_page_agrees_with_the_rule(rule: Any) -> None:
    page = load_page(rule.code)
    weakness = (
        (", ".join(f"CWE-{number}" for number in rule.weakness.cwe), f"security severity {rule.weakness.severity}")
        if rule.weakness
        else ()
    )
    state = () if rule.default else ("off by default",)
    assert page.text.startswith(f"# {rule.name} ({rule.code})\n")
    written = (SEVERITIES[rule.severity], FIXES[rule.fix_availability], f"since {rule.since}")
    assert page.facts == (*written, *weakness, *state)


def test_the_page_links_the_weaknesses_that_it_names(rule: Any) -> None:
    page = load_page(rule.code)
    linked = re.findall(r"https://cwe\.mitre\.org/data/definitions/(\d+)\.html", page.text)
    assert [f"CWE-{number}" for number in linked] == list(page.cwe)


def test_the_page_shows_bad_forms_and_tempting_fine_ones(rule: Any) -> None:
    text = load_page(rule.code).text
    assert text.count(f"# error: [{rule.code}]") >= 5
    assert rule.code in NOT_A_PITFALL or text.count("# ok") >= 5


def test_the_rule_is_proven_on_the_running_app(rule: Any) -> None:
    proofs = list((ROOT / "tests" / "fixtures" / "pitfalls").glob(f"{rule.code.lower()}_*.py"))
    assert bool(proofs) is (rule.code not in NOT_A_PITFALL)


def test_the_changelog_tells_of_the_rule(rule: Any) -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"\b{rule.code}\b", changelog), f"CHANGELOG.md does not mention {rule.code}"
