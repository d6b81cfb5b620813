"""The line of a settings file that an error names."""

from __future__ import annotations

import pytest

from asyncdb_lint.settings.places import line_of

TEXT = '''\
# select = 1
[tool.other]
select = ["x = 1", """
select = 2
"""]
[tool."asyncdb-lint"]
select = [
  "ADB1",  # ignore = [
]
per-file-ignores."a.py" = []
severity = { ADB101 = "error" }
'quoted' = 1
[tool.asyncdb-lint.rules]
ADB003 = { min-length = 1 }
[tool.asyncdb-lint.rules.ADB101]
deep.er = 1
[[array]]
select = 3
'''
OURS = ("tool", "asyncdb-lint")


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((*OURS, "select"), 7),
        ((*OURS, "ignore"), 6),
        ((*OURS, "per-file-ignores"), 10),
        ((*OURS, "per-file-ignores", "a.py"), 10),
        ((*OURS, "severity", "ADB101"), 11),
        ((*OURS, "quoted"), 12),
        ((*OURS, "rules"), 13),
        ((*OURS, "rules", "ADB003", "min-length"), 14),
        ((*OURS, "rules", "ADB101", "deep", "er"), 16),
        (("tool", "other", "select"), 3),
        (("array", "select"), 18),
        (("gone",), 1),
        ((), 1),
    ],
)
def test_the_line_that_sets_a_key(path: tuple[str, ...], line: int) -> None:
    assert line_of(TEXT, path) == line
    assert line_of(TEXT.replace("\n", "\r\n"), path) == line


@pytest.mark.parametrize("text", ["[", "a = ", "a = '''", 'a = "\\', "= 1", "[a\nb = [[[\n", "}"])
def test_broken_text_does_no_harm(text: str) -> None:
    assert line_of(text, ("a", "b")) >= 1
