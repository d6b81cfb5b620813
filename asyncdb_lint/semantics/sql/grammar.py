"""Finds where in the grammar of SQL each hole of a text stands."""

from __future__ import annotations

from collections.abc import Sequence

from asyncdb_lint.semantics.sql.places import HolePlace, Place, Quoting
from asyncdb_lint.semantics.sql.text import Filled, Hole, Parts, Span, fill
from asyncdb_lint.semantics.sql.tokens import Token, tokens

_SIGNS = frozenset({"=", "==", "<>", "!=", "<", ">", "<=", ">=", "<=>", "~", "~*", "!~", "!~*", "~~", "~~*", "!~~"})
_COMPARISONS = _SIGNS | {"LIKE", "ILIKE", "RLIKE", "REGEXP", "GLOB", "MATCH", "SIMILAR TO", "BETWEEN"}
_PATTERNS = frozenset({"LIKE", "ILIKE", "RLIKE", "REGEXP", "GLOB", "SIMILAR TO", "~~", "~~*", "!~~"})
_ARITHMETIC = frozenset({"+", "-", "*", "/"})
_CONDITIONS = frozenset({"WHERE", "ON", "HAVING", "FILTER", "WHEN", "QUALIFY"})
_CONNECTIVES = frozenset({"AND", "OR", "NOT", "XOR"})
_TABLE_CLAUSES = frozenset({"FROM", "JOIN", "INTO", "UPDATE", "TABLE", "TRUNCATE", "USING", "INDEX", "VIEW"})
_LIMITS = frozenset({"LIMIT", "OFFSET", "FETCH", "FIRST", "NEXT"})
_ORDERS = frozenset({"ORDER BY", "GROUP BY", "PARTITION BY", "BY"})
_CLAUSES = (
    _CONDITIONS | _TABLE_CLAUSES | _LIMITS | _ORDERS | {"SELECT", "SET", "VALUES", "RETURNING", "WITH", "DO", "PRAGMA"}
)
_OBJECTS = frozenset({"DATABASE", "SCHEMA", "ROLE", "USER", "INDEX", "TRIGGER", "SEQUENCE", "EXTENSION", "SAVEPOINT"})
_NAMED = _OBJECTS | {"COLUMN", "COLLATE", "CONSTRAINT"}
_TYPES = frozenset({"DATE", "TIME", "TIMESTAMP", "TIMESTAMPTZ", "DATETIME", "UUID", "JSON", "JSONB", "BYTEA", "INET"})
_CASTS = frozenset({"CAST", "TRY_CAST", "CONVERT"})
_LISTS = frozenset({"IN", "ANY", "ALL", "SOME"})
_NOT_FUNCTIONS = _CLAUSES | _CONNECTIVES | _COMPARISONS | {"AS", "EXISTS", "CASE", "THEN", "ELSE", "UNION", "UNION ALL"}
_JOINERS = frozenset({",", "(", ")"})


def places(parts: Parts) -> tuple[HolePlace, ...]:
    """The place of every hole, in the order of the text."""
    return places_in(fill(parts))


def places_in(filled: Filled) -> tuple[HolePlace, ...]:
    """The place of every hole of a text that is filled already."""
    if not filled.spans:
        return ()
    found = tokens(filled.text)
    if found is None:
        return tuple(HolePlace(span.hole, Place.UNKNOWN) for span in filled.spans)
    reader = _Reader(filled, found)
    return tuple(reader.place_of(span) for span in filled.spans)


class _Reader:
    """Answers by looking around a token, to the parenthesis that encloses it and to the clause it is in."""

    def __init__(self, filled: Filled, found: Sequence[Token]) -> None:
        self._filled = filled
        self._tokens = found

    def place_of(self, span: Span) -> HolePlace:
        at = next(
            (i for i, token in enumerate(self._tokens) if token.start <= span.start and span.end <= token.end), None
        )
        if at is None:
            return HolePlace(span.hole, self._place_outside(span))
        token = self._tokens[at]
        if token.quote == "$":  # E'..' and $$..$$ read their text by other rules
            return HolePlace(span.hole, Place.UNKNOWN, Quoting.PART, start=token.start, end=token.end)
        if not token.quote:
            return self._bare(span, at)
        return self._quoted(span, at)

    def _place_outside(self, span: Span) -> Place:
        starts_before = any(token.start < span.end and span.start < token.end for token in self._tokens)
        return Place.UNKNOWN if starts_before else Place.COMMENT

    def _bare(self, span: Span, at: int) -> HolePlace:
        token = self._tokens[at]
        before, touches = self._text(at - 1), self._touches(at)
        if (touches and before in {":", "@", "$", "?"}) or (
            before == "(" and self._text(at - 2) == "%" and self._text(at + 1) == ")"
        ):
            place = Place.PLACEHOLDER
        elif (token.start, token.end) != (span.start, span.end):
            others = sum(token.start <= other.start < token.end for other in self._filled.spans)
            is_glued = others > 1 and self._is_only_holes(token)
            place = Place.FRAGMENT if is_glued else Place.IDENTIFIER
        else:
            place, function = self._place_at(at)
            return HolePlace(span.hole, place, start=token.start, end=token.end, function=function)
        return HolePlace(span.hole, place, start=token.start, end=token.end)

    def _is_only_holes(self, token: Token) -> bool:
        return all(isinstance(part, Hole) for part in self._filled.parts_of(token.start, token.end))

    def _quoted(self, span: Span, at: int) -> HolePlace:
        token = self._tokens[at]
        doubled = token.quote * 2
        before = self._filled.text[token.start + 1 : span.start]
        after = self._filled.text[span.end : token.end - 1]
        place, function = self._place_at(at)
        if place is Place.COMPARISON and (before or after) and self._text(at - 1) in _PATTERNS:
            place = Place.PATTERN
        return HolePlace(
            span.hole,
            place,
            Quoting.PART if before or after else Quoting.WHOLE,
            prefix=before.replace(doubled, token.quote),
            suffix=after.replace(doubled, token.quote),
            shares_token=self._filled.has_hole(before) or self._filled.has_hole(after),
            start=token.start,
            end=token.end,
            function=function,
        )

    def _text(self, at: int) -> str:
        return self._tokens[at].upper if 0 <= at < len(self._tokens) else ""

    def _touches(self, at: int) -> bool:
        return at > 0 and self._tokens[at - 1].end == self._tokens[at].start

    def _place_at(self, at: int) -> tuple[Place, str]:
        """The place of a token, and the function whose argument it is."""
        before, after = self._text(at - 1), self._text(at + 1)
        quoted = self._tokens[at].quote == "'"
        if before == "::" or after == "::" or (quoted and before in _TYPES):
            return Place.CAST, ""
        if before == "INTERVAL":
            return Place.INTERVAL, ""
        if not quoted and (before == "." or after == "."):
            return (Place.TABLE if self._starts_table(at) else Place.COLUMN), ""
        return self._place_in_group(at, at)

    def _starts_table(self, at: int) -> bool:
        while self._text(at - 1) == ".":
            at -= 2
        return self._text(at - 1) in _TABLE_CLAUSES

    def _place_in_group(self, at: int, end: int) -> tuple[Place, str]:
        """The place of `tokens[at:end+1]`: a token, or a parenthesis that holds nothing but it."""
        opening, clause = self._surroundings(at)
        if clause is not None:
            return self._place_in_clause(at, end, clause), ""
        if opening is None:
            return (self._place_by_neighbours(at, end) or Place.FRAGMENT), ""
        head = self._text(opening - 1)
        if head in _LISTS:
            return Place.IN_LIST, ""
        if self._follows_values(opening):
            return self._place_in_values(at, end, opening), ""
        if head in _CASTS:
            return Place.CAST, ""
        if self._is_column_list(opening):
            return Place.COLUMN, ""
        is_function = (
            opening > 0
            and head not in _NOT_FUNCTIONS | _JOINERS | _ARITHMETIC
            and (head[:1].isalpha() or head[:1] == "_" or self._tokens[opening - 1].quote == '"')
        )
        if is_function:
            return (self._place_by_neighbours(at, end) or Place.ARGUMENT), head
        neighbours = self._place_by_neighbours(at, end)
        if neighbours is not None:
            return neighbours, ""
        closing = self._closing(opening)
        alone = (at - 1, end + 1) == (opening, closing)
        if alone and self._tokens[at].quote:
            return self._place_in_group(opening, closing)
        # `(` hole `)` may be a value, a list or a whole condition.
        return Place.FRAGMENT, ""

    def _surroundings(self, at: int) -> tuple[int | None, int | None]:
        """The parenthesis around a token, and the word that starts its clause inside that parenthesis."""
        depth = 0
        for i in range(at - 1, -1, -1):
            text = self._text(i)
            if text == ")":
                depth += 1
            elif text == "(":
                if depth == 0:
                    return i, None
                depth -= 1
            elif depth == 0 and text == ";":
                return None, None
            elif depth == 0 and text in _CLAUSES and not self._is_inner_word(i):
                return None, i
        return None, None

    def _is_inner_word(self, at: int) -> bool:
        """The FROM of `IS DISTINCT FROM`, the FIRST of `NULLS FIRST`: words that start no clause."""
        text, before = self._text(at), self._text(at - 1)
        if text == "FROM":
            return before == "DISTINCT" and self._text(at - 2) in {"IS", "NOT"}
        if text in {"FIRST", "NEXT"}:
            return before != "FETCH"
        if text == "UPDATE":
            return before == "FOR"
        return before == "." or (text == "INDEX" and before not in {"CREATE", "DROP", "UNIQUE"})

    def _closing(self, opening: int) -> int:
        depth = 0
        for i in range(opening, len(self._tokens)):
            depth += (self._text(i) == "(") - (self._text(i) == ")")
            if depth == 0:
                return i
        return len(self._tokens)

    def _place_in_clause(self, at: int, end: int, clause: int) -> Place:
        word, before, after = self._text(clause), self._text(at - 1), self._text(end + 1)
        quoted = self._tokens[at].quote == "'"
        is_first = at - 1 == clause or before == ","
        if word == "SET":
            return self._place_in_set(at, end, clause, is_first)
        if word in _LIMITS:
            return Place.LIMIT if is_first and after != "." else Place.FRAGMENT
        by_neighbours = self._place_by_neighbours(at, end)
        if by_neighbours is not None:
            is_operand = before in _ARITHMETIC and word in {"SELECT", "RETURNING"}
            return Place.EXPRESSION if is_operand else by_neighbours
        if word in _ORDERS:
            return Place.ORDER_BY if is_first else Place.KEYWORD
        if word in _TABLE_CLAUSES:
            skipped = before in {"ONLY", "LATERAL", "EXISTS", "IGNORE"}
            return Place.TABLE if (is_first or skipped) and not quoted else Place.FRAGMENT
        if word in {"SELECT", "RETURNING"}:
            if quoted:
                return Place.EXPRESSION
            return Place.COLUMN if is_first or before in {"DISTINCT", "ALL"} else Place.FRAGMENT
        return Place.FRAGMENT

    def _place_in_set(self, at: int, end: int, clause: int, is_first: bool) -> Place:
        if is_first:
            return Place.COLUMN if self._text(end + 1) == "=" else Place.FRAGMENT
        if self._text(at - 1) == "=" and self._starts_assignment(at - 1, clause):
            return Place.ASSIGNMENT if self._text(end + 1) != "(" or self._tokens[at].quote else Place.COLUMN
        place = self._place_by_neighbours(at, end)
        return (
            Place.ASSIGNMENT
            if place is Place.COMPARISON and self._text(at - 1) in _ARITHMETIC
            else place or Place.FRAGMENT
        )

    def _starts_assignment(self, equals: int, clause: int) -> bool:
        """`SET a =`, and not the equals sign of a condition inside an assigned expression."""
        at = equals - 1
        while self._text(at - 1) == ".":
            at -= 2
        return self._text(at - 1) in {",", ")"} or at - 1 == clause

    def _place_by_neighbours(self, at: int, end: int) -> Place | None:
        """What the operators beside a token say of it; None when no operator stands beside it."""
        before, after = self._text(at - 1), self._text(end + 1)
        quoted = bool(self._tokens[at].quote) or self._text(at) == "("
        if not quoted and after == "(":
            return Place.TABLE if before in {"INTO", "TABLE", "EXISTS"} else Place.COLUMN  # or that of a function
        if before in _NAMED:
            return Place.COLUMN if before == "COLUMN" else Place.IDENTIFIER
        if self._is_compared(at):
            return Place.COMPARISON
        if before in _ARITHMETIC:
            return self._place_of_operand(at, before, quoted)
        if before == "IS" or (before == "NOT" and self._text(at - 2) == "IS"):
            return Place.KEYWORD
        if before in {"||", "->", "->>", "#>", "#>>", "@>", "<@", "&&", "?", "THEN", "ELSE", "%", "CASE"}:
            return Place.EXPRESSION
        if after in _COMPARISONS or after in {"IS", "IN"} or (after == "NOT" and not quoted):
            return Place.COMPARISON if quoted and self._tokens[at].quote == "'" else Place.COLUMN
        if after in _ARITHMETIC and before in _CONDITIONS | _CONNECTIVES:
            return Place.COLUMN
        return None

    def _place_of_operand(self, at: int, operator: str, quoted: bool) -> Place | None:
        other = self._text(at - 2)
        if operator == "*" and other in {"SELECT", "DISTINCT", "RETURNING", ".", ",", "("}:
            return None  # not a product but all columns
        if quoted or other in _JOINERS | _COMPARISONS | _CLAUSES or not other:
            return Place.EXPRESSION
        return Place.COMPARISON

    def _is_compared(self, at: int) -> bool:
        before = self._text(at - 1)
        if before in _COMPARISONS:
            return True
        if before == "FROM":
            return self._is_inner_word(at - 1)
        if before != "AND":
            return False
        for i in range(at - 2, -1, -1):  # the second bound of BETWEEN a AND b
            if self._text(i) == "BETWEEN":
                return True
            if self._text(i) in _CONNECTIVES | _CLAUSES | {"(", ")"}:
                return False
        return False

    def _follows_values(self, opening: int) -> bool:
        """Whether a parenthesis is a row of VALUES: `VALUES (1, 2), (`."""
        at = opening - 1
        while self._text(at) == "," and self._text(at - 1) == ")":
            depth, at = 1, at - 2
            while at >= 0 and depth:
                depth += (self._text(at) == ")") - (self._text(at) == "(")
                at -= 1
        return self._text(at) in {"VALUES", "VALUE"}

    def _place_in_values(self, at: int, end: int, opening: int) -> Place:
        if self._text(at - 1) not in {"(", ","} or self._text(end + 1) not in {")", ","}:
            return self._place_by_neighbours(at, end) or Place.EXPRESSION
        if self._tokens[at].quote == "'" or self._slots(opening) > 1 or self._columns(opening) == 1:
            return Place.VALUES
        return Place.FRAGMENT  # one hole for the whole row, as far as one can see

    def _slots(self, opening: int) -> int:
        """How many expressions a parenthesis holds, separated by commas of its own."""
        depth, slots = 0, 1
        for i in range(opening, len(self._tokens)):
            text = self._text(i)
            depth += (text == "(") - (text == ")")
            if depth == 0:
                break
            slots += text == "," and depth == 1
        return slots

    def _columns(self, opening: int) -> int | None:
        """How many columns the INSERT of a row of VALUES names; None when it names none."""
        at = opening
        while at >= 0 and self._text(at) not in {"VALUES", "VALUE"}:
            at -= 1
        if self._text(at - 1) != ")":
            return None
        while at >= 0 and self._text(at) != "(":
            at -= 1
        columns = range(at, self._closing(at))
        return None if any(self._filled.has_hole(self._tokens[i].text) for i in columns) else self._slots(at)

    def _is_column_list(self, opening: int) -> bool:
        """`INSERT INTO t (`, `ON CONFLICT (`, `USING (`."""
        at = opening - 1
        if self._text(at) in {"CONFLICT", "USING", "KEY", "DISTINCT ON"} or (self._text(at), self._text(at - 1)) == (
            "ON",
            "DISTINCT",
        ):
            return True
        while self._text(at - 1) == ".":
            at -= 2
        return self._text(at - 1) == "INTO"
