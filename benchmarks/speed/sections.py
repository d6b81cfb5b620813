"""What is compared with what: one function for each part of the table."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from . import children
from .environments import Environment, linter, output_of, peer, unpacked
from .measuring import Command, Measured, measure, peak_of_tree
from .tables import Line, Target, compare, shown
from .trees import COPIES, ChangedFile, copied, python_files

_RUFF = ("check", "--isolated", "--quiet", "--select", "ASYNC,S608", "--preview")
_OURS = ("check", "--isolated", "--quiet")


@dataclass
class Bench:
    """What all sections share."""

    cache: Path
    rounds: int
    timeout: float
    databases: tuple[Path, ...]
    """Database-heavy repositories."""
    tell: Callable[[str], None]

    @cached_property
    def linter(self) -> Environment:
        """The linter's environment."""
        return linter(self.cache)

    @cached_property
    def flags(self) -> frozenset[str]:
        """The options of `check` that this version of the linter has."""
        words = [self.linter.tool("asyncdb-lint"), "check", "--help"]
        text = output_of(words)
        asked = {"--no-cache": "--no-cache", "--cache-dir": "--cache-dir", "-j": "-j,"}
        return frozenset(flag for flag, written in asked.items() if written in text)

    def ours(self, name: str, folder: Path, *arguments: str, before: Callable[[], None] | None = None) -> Command:
        """A run of the linter; options that it does not have yet are left out."""
        words = [self.linter.tool("asyncdb-lint"), *_OURS]
        words += self._known(("--no-cache",) if "--cache-dir" not in arguments else ())
        words += self._known(arguments)
        return Command(name, tuple(words), folder, before=before)

    def lacks(self, *flags: str) -> str:
        """The note for a line whose command should have had options that are not there."""
        missing = [flag for flag in flags if flag not in self.flags]
        return f"without {', '.join(missing)}, not there yet" if missing else ""

    def run(self, *commands: Command) -> dict[str, Measured]:
        """Measures commands side by side."""
        self.tell(f"  {', '.join(command.name for command in commands)}")
        return measure(commands, self.rounds, timeout=self.timeout)

    def scratch(self, name: str) -> Path:
        """An empty folder."""
        folder = self.cache / "scratch" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def screened(self, *folders: Path) -> tuple[Path, int, int]:
        """A list of the files that pass the screen, and how many of how many they are."""
        found = self.cache / "scratch" / "screened.txt"
        found.parent.mkdir(parents=True, exist_ok=True)
        words = [str(self.linter.python), "-c", children.SCREEN, str(found), *map(str, folders)]
        all_files, passed = output_of(words).split()
        return found, int(passed), int(all_files)

    def python(self, name: str, program: str, *arguments: str, folder: Path) -> Command:
        """A small program, run by the linter's interpreter."""
        return Command(name, (str(self.linter.python), "-c", program, *arguments), folder, frozenset({0}))

    def _known(self, arguments: Sequence[str]) -> list[str]:
        known: list[str] = []
        pending = list(arguments)
        while pending:
            word = pending.pop(0)
            has_value = word in {"--cache-dir", "-j"}
            if word in self.flags or word not in {"--no-cache", "--cache-dir", "-j"}:
                known += [word, pending.pop(0)] if has_value else [word]
            elif has_value:
                pending.pop(0)
        return known


def cold(bench: Bench) -> list[Line]:
    """A large tree without databases, first without any cache, then warm."""
    tree, ruff = unpacked("homeassistant", bench.cache), peer("ruff", bench.cache).tool("ruff")
    ours = bench.ours("asyncdb-lint", tree, ".")
    found = bench.run(ours, Command("ruff", (ruff, *_RUFF, "--no-cache", "."), tree))
    peak = peak_of_tree(ours, bench.timeout) / 1024
    what = f"homeassistant ({len(python_files(tree)):,} files), cold"
    return [
        compare(what, found["asyncdb-lint"], "ruff", found["ruff"], Target(1.0)),
        Line(
            "peak memory of that, all processes", f"{peak:.0f} MiB", "target", "200 MiB", peak / 200, Target(1.0),
            f"largest process {shown(found['asyncdb-lint'], 'peak')}, ruff {shown(found['ruff'], 'peak')}",
        ),
    ]  # fmt: skip


def warm(bench: Bench) -> list[Line]:
    """The same tree again, with the caches of the run before."""
    tree, ruff = unpacked("homeassistant", bench.cache), peer("ruff", bench.cache).tool("ruff")
    caches = bench.scratch("warm")
    found = bench.run(
        bench.ours("asyncdb-lint", tree, "--cache-dir", str(caches / "ours"), "."),
        Command("ruff", (ruff, *_RUFF, "--cache-dir", str(caches / "ruff"), "."), tree),
    )
    target, note = Target(1.0), bench.lacks("--cache-dir")
    return [compare("homeassistant, warm", found["asyncdb-lint"], "ruff", found["ruff"], target, note=note)]


def parse(bench: Bench) -> list[Line]:
    """Database-heavy trees against parsing alone, and two processes against one."""
    files, passed, total = bench.screened(*bench.databases)
    trees = [str(folder) for folder in bench.databases]
    found = bench.run(
        bench.ours("one process", bench.cache, "-j", "1", *trees),
        bench.ours("two processes", bench.cache, "-j", "2", *trees),
        bench.python("bare LibCST", children.PARSE, str(files), folder=bench.cache),
    )
    one, two, bare = found["one process"], found["two processes"], found["bare LibCST"]
    what = f"{len(trees)} database-heavy repositories, cold, one process"
    beside = f"`libcst.parse_module` of the {passed} of {total} files that pass the screen"
    return [
        compare(what, one, beside, bare, Target(1.0), note=bench.lacks("--no-cache", "-j")),
        compare(
            "the same, two processes", two, "one process", one, Target(1.7, at_least=True), inverse=True,
            note=bench.lacks("-j"),
        ),
    ]  # fmt: skip


def _repository(bench: Bench, name: str, source: Path) -> tuple[Path, list[Path], int]:
    """A copy of a tree as a repository, its files that pass the screen, the smallest first, and how many it has."""
    project = bench.scratch(name) / "project"
    shutil.copytree(source, project)
    (project / ".git").mkdir(exist_ok=True)
    listed, _, total = bench.screened(project)
    passed = map(Path, listed.read_text(encoding="utf-8").splitlines())
    return project, sorted(passed, key=lambda file: file.stat().st_size), total


def hook(bench: Bench) -> list[Line]:
    """One changed file, as a commit hook passes it, with the rest of the project known."""
    largest = max(bench.databases, key=lambda folder: len(python_files(folder)))
    project, passed, _ = _repository(bench, "hook", largest)
    chosen, plain = passed[len(passed) // 2], project / "plain_arithmetic.py"
    plain.write_text("def twice(number):\n    return number * 2\n", encoding="utf-8")
    cache = ("--cache-dir", str(bench.cache / "scratch" / "hook" / "cache"))
    changed, dull = ChangedFile(chosen), ChangedFile(plain)
    found = bench.run(
        bench.ours("a file that matters", project, *cache, str(chosen), before=changed.change),
        bench.python("LibCST and parse", children.PARSE_ONE, str(chosen), folder=project),
        bench.ours("one that cannot matter", project, *cache, str(plain), before=dull.change),
        bench.python("click", "import click", folder=project),
    )
    note = bench.lacks("--cache-dir")
    size = f"{len(python_files(project))} files"
    alone = bench.scratch("alone")
    (alone / "plain_arithmetic.py").write_bytes(plain.read_bytes())
    by_itself = bench.run(
        bench.ours("a file by itself", alone, "plain_arithmetic.py"),
        bench.python("click", "import click", folder=alone),
    )
    return [
        compare(
            f"one changed file of a project ({size}), {chosen.stat().st_size:,} bytes", found["a file that matters"],
            "`import libcst` and the parse of that file", found["LibCST and parse"], Target(1.3), note=note,
        ),
        compare(
            "a changed file of that project in which nothing can matter", found["one that cannot matter"],
            "`import click`", found["click"], Target(2.0), note=note,
        ),
        compare(
            "such a file by itself: start-up", by_itself["a file by itself"], "`import click`", by_itself["click"],
            Target(2.0),
        ),
    ]  # fmt: skip


def changed(bench: Bench) -> list[Line]:
    """One changed file of the project with the most files that matter: by itself, and with all of the project."""
    source = max(bench.databases, key=lambda folder: bench.screened(folder)[1])
    project, passed, total = _repository(bench, "changed", source)
    file = ChangedFile(passed[len(passed) // 2])
    caches = bench.cache / "scratch" / "changed"

    def ours(name: str, what: str, before: Callable[[], None]) -> Command:
        # A cache of its own: what another command has written into the file is no change to this one.
        return bench.ours(name, project, "--cache-dir", str(caches / name), "-j", "1", what, before=before)

    found = bench.run(
        ours("the file", str(file.file), file.change),
        ours("its comments", str(file.file), file.comment),
        ours("everything", ".", file.change),
        ours("everything, comments", ".", file.comment),
        bench.ours("without a cache", project, "-j", "1", "."),
        bench.python("LibCST and parse", children.PARSE_ONE, str(file.file), folder=project),
    )
    what = f"one changed file of a project ({len(passed)} of {total} files matter)"
    note = bench.lacks("--cache-dir")
    parse, whole = found["LibCST and parse"], found["without a cache"]
    beside = "`import libcst` and the parse of that file"
    return [
        compare(f"{what}: a function more", found["the file"], beside, parse, Target(1.3), note=note),
        compare(f"{what}: a comment more", found["its comments"], beside, parse, Target(1.3), note=note),
        *(
            compare(f"all of it after {change} more", found[name], "all of it without a cache", whole, None, note=note)
            for change, name in (("a function", "everything"), ("a comment", "everything, comments"))
        ),
    ]


def tenfold(bench: Bench) -> list[Line]:
    """Ten times the files: copies of a tree in packages of other names."""
    tree = max(bench.databases, key=lambda folder: len(python_files(folder)))
    one, many = copied(tree, bench.scratch("tenfold"))
    commands = (bench.ours("one copy", one, "."), bench.ours(f"{COPIES} copies", many, "."))
    found = bench.run(*commands)
    first, second = (peak_of_tree(command, bench.timeout) / 1024 for command in commands)
    what = f"{COPIES} times {len(python_files(one))} files"
    return [
        compare(f"{what}: time", found[f"{COPIES} copies"], "one copy", found["one copy"], Target(10.5)),
        Line(
            f"{what}: peak memory", f"{second:.0f} MiB", "one copy", f"{first:.0f} MiB", second / first, Target(3.0)
        ),
    ]  # fmt: skip


def peers(bench: Bench) -> list[Line]:
    """Other Python linters and type checkers, on ormar and on the database-heavy trees."""
    lines: list[Line] = []
    for what, folders in {
        "ormar": (unpacked("ormar", bench.cache) / "ormar",),
        f"{len(bench.databases)} database-heavy repositories": bench.databases,
    }.items():
        trees = [str(folder) for folder in folders]
        commands = [bench.ours("asyncdb-lint", bench.cache, *trees)]
        commands += [
            Command(name, (peer(environment, bench.cache).tool(words[0]), *words[1:], *trees), bench.cache, fine)
            for name, (environment, words, fine) in _PEERS.items()
        ]
        found = bench.run(*commands)
        for name, (environment, _, _) in _PEERS.items():
            target = Target(20 if environment in {"flake8-async", "fixit"} else 5, at_least=True)
            lines.append(compare(what, found["asyncdb-lint"], name, found[name], target, inverse=True))
    return lines


def django(bench: Bench) -> list[Line]:
    """A large tree of ordinary code, beside ruff."""
    tree, ruff = unpacked("django", bench.cache), peer("ruff", bench.cache).tool("ruff")
    found = bench.run(bench.ours("asyncdb-lint", tree, "."), Command("ruff", (ruff, *_RUFF, "--no-cache", "."), tree))
    return [compare("django, cold", found["asyncdb-lint"], "ruff", found["ruff"], None)]


_PEERS: Mapping[str, tuple[str, tuple[str, ...], frozenset[int]]] = {
    "flake8-async": ("flake8-async", ("flake8", "--isolated", "--select=ASYNC", "--jobs=2"), frozenset({0, 1})),
    "Fixit": ("fixit", ("fixit", "--quiet", "lint"), frozenset({0, 1, 3, 5})),
    # Its exit code is made of bits, one a kind of message; 32 is wrong use.
    "pylint": ("pylint", ("pylint", "--rcfile=/dev/null", "--recursive=y", "--jobs=2"), frozenset(range(32))),
    "mypy": (
        "mypy",
        (
            "mypy", "--config-file=", "--no-incremental", "--cache-dir=/dev/null", "--ignore-missing-imports",
            "--explicit-package-bases", "--namespace-packages",
        ),
        frozenset({0, 1}),
    ),
}  # fmt: skip
SECTIONS: Mapping[str, Callable[[Bench], list[Line]]] = {
    "cold": cold,
    "warm": warm,
    "parse": parse,
    "hook": hook,
    "changed": changed,
    "tenfold": tenfold,
    "peers": peers,
    "django": django,
}
NEED_DATABASES = frozenset({"parse", "hook", "changed", "tenfold", "peers"})
