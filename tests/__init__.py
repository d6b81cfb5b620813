"""The tests of asyncdb-lint."""
