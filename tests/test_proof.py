"""Every pitfall does its harm, is found, is cured and is harmless then; on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest

from asyncdb_lint.rules import all_rules
from tests.proof import evidence, linter
from tests.proof.cases import BACKENDS, FIXTURES, Pitfall, marks, pitfalls
from tests.proof.harness import does_harm, prove, works
from tests.proof.postgres import PostgresServer

every_pitfall = pytest.mark.parametrize("pitfall", pitfalls(), ids=lambda pitfall: pitfall.name)
every_backend = pytest.mark.parametrize("backend", BACKENDS)


@every_pitfall
@every_backend
def test_pitfall_does_harm_until_it_is_found_and_cured(
    pitfall: Pitfall, backend: str, postgres: PostgresServer
) -> None:
    proof = prove(pitfall, backend, postgres)

    assert works(proof.before) if proof.hidden else does_harm(proof.before), proof.before
    assert proof.cure.found == proof.cure.marked
    assert proof.cure.by_fix == (pitfall.by_hand is None)
    assert proof.cure.left == ()
    assert works(proof.after), (proof.after, proof.cure.sources[f"pitfalls/{pitfall.name}.py"])
    assert evidence.shape(evidence.row(proof)) in [evidence.shape(row) for row in evidence.rows_on_page(pitfall.code)]


def test_linter_marks_exactly_the_marked_lines_of_all_fixtures() -> None:
    """The app and the corrected services carry no mark, so they must stay quiet.

    Here the environment decides which database it is, so what is wrong on some of them only is not known to be wrong.
    """
    opt_in = ",".join(rule.code for rule in all_rules() if not rule.default)
    depends = {f"pitfalls/{pitfall.file.name}" for pitfall in pitfalls() if pitfall.sound}
    assert {finding.mark for finding in linter.check(FIXTURES, "--extend-select", opt_in)} == {
        mark for mark in marks(FIXTURES) if mark.file not in depends
    }


@pytest.mark.parametrize("code", sorted({pitfall.code for pitfall in pitfalls()}))
def test_page_shows_a_row_for_every_pitfall_on_every_database(code: str) -> None:
    due = [
        (f"`{pitfall.name}`", evidence.TITLES[backend])
        for pitfall in pitfalls()
        if pitfall.code == code
        for backend in BACKENDS
    ]

    assert [(row[0], row[1]) for row in evidence.rows_on_page(code)] == due
