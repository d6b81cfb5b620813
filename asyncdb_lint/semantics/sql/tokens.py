"""The tokens of a filled statement, by sqlglot's tokenizer."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, ClassVar, NamedTuple

if TYPE_CHECKING:
    from sqlglot.tokens import Tokenizer


class Token(NamedTuple):
    """One token: `upper` is its text in capitals with single spaces (`ORDER BY`), `quote` what it opens with."""

    text: str
    upper: str
    quote: str
    start: int
    end: int


@functools.cache
def _tokenizer() -> type[Tokenizer]:
    # sqlglot takes 0.1 s to import, which only texts with holes have to pay.
    from sqlglot.tokens import Tokenizer

    class AnyTokenizer(Tokenizer):
        """Reads what SQLite, PostgreSQL and MySQL have in common, with the quotes of each."""

        IDENTIFIERS: ClassVar = ['"', "`"]
        BYTE_STRINGS: ClassVar = [("e'", "'"), ("E'", "'")]
        BYTE_STRING_ESCAPES: ClassVar = ["'", "\\"]
        HEREDOC_STRINGS: ClassVar = ["$"]
        HEREDOC_TAG_IS_IDENTIFIER = True
        # Its default swallows the rest of such a statement as one string.
        COMMANDS: ClassVar = set()

    return AnyTokenizer


def tokens(text: str) -> list[Token] | None:
    """The tokens of a text, or None where it ends inside a string or a comment."""
    from sqlglot.errors import SqlglotError

    try:
        raw = _tokenizer()().tokenize(text)
    except SqlglotError:
        return None
    found: list[Token] = []
    for token in raw:
        piece = text[token.start : token.end + 1]
        quote = piece[:1] if piece[:1] in {"'", '"', "`"} else "$" if piece[-1:] in {"'", "$"} else ""
        upper = piece if quote else " ".join(piece.upper().split())
        found.append(Token(piece, upper, quote, token.start, token.end + 1))
    return found
