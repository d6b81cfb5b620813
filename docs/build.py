"""`python -m docs.build`: writes the table of rules into README.md from the rules and their pages."""

from __future__ import annotations

import re
from pathlib import Path

from asyncdb_lint.pages import load_page, rule_names
from asyncdb_lint.rules import all_rules

README = Path(__file__).parent.parent / "README.md"
FAMILIES = {
    "ADB0": "the linter itself",
    "ADB1": "awaiting",
    "ADB2": "connections and lifecycle",
    "ADB3": "errors",
    "ADB4": "SQL",
    "ADB5": "transactions",
    "ADB6": "throughput",
    "ADB7": "results",
    "ADB8": "configuration",
}
MARKS = {"safe": "\\*", "unsafe": "(\\*)", "safe or unsafe": "\\* (\\*)", "none": ""}
_SECTION = re.compile(r"(?<=<!-- rules -->\n).*?(?=<!-- /rules -->)", re.DOTALL)


def rules_table() -> str:
    """The table of all rules, one family after the other."""
    rules = {rule.code: rule for rule in all_rules()}
    lines = ["| code | name | | | finds |", "|---|---|---|---|---|"]
    family = ""
    for code, name in rule_names().items():
        if code[:4] != family:
            family = code[:4]
            lines.append(f"| **{family}** | **{FAMILIES[family]}** | | | |")
        rule = rules[code]
        state = rule.severity.value[0].upper() if rule.default else "off"
        finds = load_page(code).finds.replace("|", "\\|")
        fix = MARKS[rule.fix_availability]
        lines.append(f"| [{code}](rules/{code}-{name}.md) | {name} | {state} | {fix} | {finds} |")
    return "\n".join([*lines, ""])


def written(readme: str) -> str:
    """README with the table as it should be."""
    if not _SECTION.search(readme):
        raise ValueError("README.md has no place for its rules: <!-- rules --> and <!-- /rules -->")
    return _SECTION.sub(lambda _: rules_table(), readme)


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
