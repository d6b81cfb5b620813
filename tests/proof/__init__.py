"""The running proof of the rules: every pitfall does its harm, is found, is cured and is harmless then.

For each pitfall of `tests/fixtures/pitfalls`, on SQLite and on a real PostgreSQL, `harness.prove` serves the pitfall
over HTTP and lets its probe see the harm, asks the linter for its findings, applies its fixes to a copy, and sends the
same probe again. `python -m tests.proof` does so for all of them and writes what it saw into the pages of the rules.
"""
