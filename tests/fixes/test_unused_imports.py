"""Imports that a fix leaves unused go with it; those that anything else uses stay, and so does all around them."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import libcst.matchers as m
import pytest

from asyncdb_lint.fixes import FixPlan, RemoveImport, Replace, apply_edits, resolve
from asyncdb_lint.parsing import parse

PATH = Path("module.py")


def fixed(source: str, dotted: str, name: str | None = None, path: Path = PATH) -> str:
    """A source in which `time.sleep()` or `sleep()` has become `nap()`, without an import if it can go."""
    module = parse(path, source.encode())
    call = m.findall(module.tree, m.Call(func=m.Attribute(attr=m.Name("sleep")) | m.Name("sleep") | m.Name("s")))[0]
    plan = FixPlan.safe("", Replace(module, call, cst.parse_expression("nap()")), RemoveImport(module, dotted, name))
    return apply_edits(source, resolve(plan).edits)


@pytest.mark.parametrize(
    "source",
    [
        "import time\ntime.sleep()\ntime.time()\n",
        "import time\ntime.sleep()\ndef f(time): pass\n",
        "import time\ntime.sleep()\n__all__ = ['time']\n",
        "import time\ntime.sleep()\nx: 'time.struct_time'\n",
        "import time as time\ntime.sleep()\n",
        "import time  # noqa: F401\ntime.sleep()\n",
        "try:\n    import time\nexcept ImportError:\n    raise\ntime.sleep()\n",
        "from x import *\nfrom time import *\nsleep()\n",
        "import times\nsleep()\n",
    ],
)
def test_an_import_that_is_used_or_kept_on_purpose_stays(source: str) -> None:
    assert fixed(source, "time") == source.replace("time.sleep()", "nap()").replace("\nsleep()", "\nnap()")


def test_what_a_package_imports_at_its_top_stays() -> None:
    source = "import time\ntime.sleep()\n"
    assert fixed(source, "time", path=Path("app/__init__.py")) == "import time\nnap()\n"


@pytest.mark.parametrize(
    ("source", "dotted", "name", "expected"),
    [
        ("import time\ntime.sleep()\n", "time", None, "nap()\n"),
        ('"""D."""\n\nimport time\n\n\ntime.sleep()\n', "time", None, '"""D."""\n\n\nnap()\n'),
        ("#!x\n\nimport time\nimport z\n\ntime.sleep()", "time", None, "#!x\n\nimport z\n\nnap()"),
        ("import a, time, z\ntime.sleep()\n", "time", None, "import a, z\nnap()\n"),
        ("import a, time\r\ntime.sleep()\r\n", "time", None, "import a\r\nnap()\r\n"),
        ("import a; import time; b = 1\ntime.sleep()\n", "time", None, "import a; b = 1\nnap()\n"),
        ("import time as s\ns()\n", "time", None, "nap()\n"),
        ("from time import sleep\nsleep()\n", "time", "sleep", "nap()\n"),
        ("from time import sleep as s, time\ns()\n", "time", "sleep", "from time import time\nnap()\n"),
        ("from .a import sleep\nfrom .b import c\nsleep()\n", ".a", "sleep", "from .b import c\nnap()\n"),
        ("from ..a.b import c, sleep\nsleep()\n", "..a.b", "sleep", "from ..a.b import c\nnap()\n"),
        (
            "from time import (\n    monotonic,  # m\n    sleep,\n)\n\nsleep()\n",
            "time",
            "sleep",
            "from time import (\n    monotonic,  # m\n)\n\nnap()\n",
        ),
        (
            "import a\n\n# why\nimport time\n\nimport z\ntime.sleep()\n",
            "time",
            None,
            "import a\n\n# why\n\nimport z\nnap()\n",
        ),
        ("import time\ntime.sleep()\nx.time(time=3)  # time\n", "time", None, "nap()\nx.time(time=3)  # time\n"),
    ],
)
def test_an_import_that_nothing_uses_goes(source: str, dotted: str, name: str | None, expected: str) -> None:
    assert fixed(source, dotted, name) == expected
