"""SQL text with holes: what it does, where its holes stand, and how a hole becomes a bind parameter.

    parts = ("SELECT * FROM users WHERE name = '", Hole(0), "'")
    read(parts).verb                # "select"
    places(parts)[0].place          # Place.COMPARISON
    bind(parts, ["name"]).parts     # ("SELECT * FROM users WHERE name = :name",)

No function here raises, whatever the text: what is not understood has no verb, or a hole at `Place.UNKNOWN`.
"""

from asyncdb_lint.semantics.sql.binding import Bound, BoundValue, Refusal, bind
from asyncdb_lint.semantics.sql.grammar import places
from asyncdb_lint.semantics.sql.places import HolePlace, Place, Quoting
from asyncdb_lint.semantics.sql.statement import Statement, Verb, first_word, placeholders, plain_name, read
from asyncdb_lint.semantics.sql.text import Hole, Parts

__all__ = [
    "Bound",
    "BoundValue",
    "Hole",
    "HolePlace",
    "Parts",
    "Place",
    "Quoting",
    "Refusal",
    "Statement",
    "Verb",
    "bind",
    "first_word",
    "placeholders",
    "places",
    "plain_name",
    "read",
]
