"""The tokens of a filled statement, by sqlglot's tokenizer; a plain one is split without it."""

from __future__ import annotations

import functools
import re
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
    from sqlglot import Tokenizer, TokenType

    class AnyTokenizer(Tokenizer):
        """Reads what SQLite, PostgreSQL and MySQL have in common, with the quotes of each."""

        IDENTIFIERS: ClassVar = ['"', "`"]
        BYTE_STRINGS: ClassVar = [("e'", "'"), ("E'", "'")]
        BYTE_STRING_ESCAPES: ClassVar = ["'", "\\"]
        HEREDOC_STRINGS: ClassVar = ["$"]
        HEREDOC_TAG_IS_IDENTIFIER = True
        # A `$` begins a string, or a placeholder, unless it stands in a name: `$$it's$$`, `$1`, `a$b`.
        SINGLE_TOKENS: ClassVar = {**Tokenizer.SINGLE_TOKENS, "$": TokenType.HEREDOC_STRING}
        VAR_SINGLE_TOKENS: ClassVar = {"$"}
        # Its default swallows the rest of such a statement as one string.
        COMMANDS: ClassVar = set()

    return AnyTokenizer


# What nobody can read in two ways: no comments, no numbers with points, no operators but comparisons, and quotes that
# stand for themselves.
_PLAIN = re.compile(
    r"""(?: \s | [A-Z_]\w*\b | \d+(?![\w.]) | \.(?!\d) | [(),*;] | (?:<>|<=|>=|!=|[=<>])(?![<>=!])
      | (?<![\w'"])(?: '[^'\\]*' | "[^"\\]*" )(?![\w'"]) )*""",
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
_PLAIN_TOKEN = re.compile(
    r"""(?:ORDER|GROUP)\s+BY\b | \w+ | [<>=!]+ | [().,*;] | '[^']*' | "[^"]*" """,
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
# Two words that are one token begin with these, and with ORDER and GROUP.
_FIRST_WORDS = re.compile(
    r"\b(?:PARTITION\w*|SIMILAR|PRIMARY|FOREIGN|GROUPING|DOUBLE|CHAR|CHARACTER|CLUSTER|CONNECT|DISTRIBUTE|SORT)\b",
    re.ASCII | re.IGNORECASE,
)


def tokens(text: str) -> list[Token] | None:
    """The tokens of a text, or None where it ends inside a string or a comment."""
    if _PLAIN.fullmatch(text) and not _FIRST_WORDS.search(text):
        return [_token(match.group(), match.start()) for match in _PLAIN_TOKEN.finditer(text)]
    return read_tokens(text)


def read_tokens(text: str) -> list[Token] | None:
    """The tokens of any text, by sqlglot."""
    from sqlglot.errors import SqlglotError

    try:
        raw = _tokenizer()().tokenize(text)
    except SqlglotError:
        return None
    return [_token(text[token.start : token.end + 1], token.start) for token in raw]


def _token(piece: str, start: int) -> Token:
    is_other = piece[-1:] == "'" or (piece[:1] == piece[-1:] == "$" and len(piece) > 1)
    quote = piece[:1] if piece[:1] in {"'", '"', "`"} else "$" if is_other else ""
    upper = piece if quote else " ".join(piece.upper().split())
    return Token(piece, upper, quote, start, start + len(piece))
