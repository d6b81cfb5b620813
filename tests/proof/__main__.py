"""`python -m tests.proof`: prove every pitfall on every database, print the table, write it into the rules' pages."""

from __future__ import annotations

import itertools
import sys

from tests.proof import evidence
from tests.proof.cases import BACKENDS, pitfalls
from tests.proof.harness import prove
from tests.proof.postgres import PostgresServer


def main() -> int:
    """Prove everything; 0 when every step of every proof went as it must."""
    with PostgresServer() as postgres:
        proofs = [prove(pitfall, backend, postgres) for pitfall in pitfalls() for backend in BACKENDS]
    print(evidence.table(evidence.row(proof) for proof in proofs), end="")
    for code, group in itertools.groupby(proofs, key=lambda proof: proof.pitfall.code):
        proved = list(group)
        if not all(proof.holds for proof in proved):
            print(f"{code}: not proved, so its page stays as it is")
        elif evidence.write(code, [evidence.row(proof) for proof in proved]):
            print(f"{code}: evidence written")
    return 0 if all(proof.holds for proof in proofs) else 1


if __name__ == "__main__":
    sys.exit(main())
