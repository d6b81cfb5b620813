"""Cures of URLs: passwords move to the environment, options to where they are read, files behind three slashes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from ...semantics.terms import Constant
from ..changes import AddImport, FixPlan, Replace

if TYPE_CHECKING:
    from ...semantics.facts import Credentials, FileUrl, IgnoredOption
    from ...semantics.records import ModuleRecord

_VARIABLE = "DATABASE_URL"
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_TIGHT = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))


def read_from_environment(found: Credentials) -> FixPlan | None:
    """`os.environ["DATABASE_URL"]` in place of the URL, or of the call that falls back to it."""
    login, url = found.login, found.login.written
    if login.node is not url.node:
        return None
    # What a variable with nothing but the password is called, the project knows.
    if (
        login.is_password_alone
        or not found.are_the_only_ones
        or not url.is_whole
        or (url.is_setting and url.reader is None)
    ):
        return None
    module, node, variable = url.module, url.node, _VARIABLE
    if url.reader is not None:
        key = url.reader.argument(0, "key")
        named = isinstance(key.term, Constant) and isinstance(key.term.value, str) if key is not None else False
        # A reader of another shape may convert what it reads.
        if len(url.reader.arguments) != 2 or not named or url.reader.module is not module or key is None:
            return None
        module, node, variable = url.reader.module, url.reader.node, str(key.term.value)  # type: ignore[attr-defined]
    return FixPlan.unsafe(
        f"Read `{variable}` from the environment",
        Replace(module.parsed, node, cst.parse_expression(f'os.environ["{variable}"]')),
        AddImport(module.parsed, "os"),
    )


def name_the_option(found: IgnoredOption) -> FixPlan | None:
    """The name under which the driver reads the option in the URL, where the values are the same."""
    name, piece = found.option.name, found.option.piece
    given = {option.name for option in found.url.options}
    # A size has a default that another size may contradict: which one is meant is not for a fix to decide.
    if found.read_as is None or found.read_as in given or found.driver.in_url.defaults[found.read_as] is not ...:
        return None
    edited = _edited(piece.module, piece.node, f"{name}=", f"{found.read_as}=")
    if edited is None:
        return None
    return FixPlan.safe(f"Write `{found.read_as}`", Replace(piece.module.parsed, piece.node, edited))


def name_the_file(found: FileUrl) -> FixPlan | None:
    """A third slash; the file's name goes behind it."""
    url = found.url
    if not url.is_whole:
        return None
    edited = _edited(url.module, url.node, f"{url.scheme}://", f"{url.scheme}:///")
    return FixPlan.safe("Add a slash", Replace(url.module.parsed, url.node, edited)) if edited is not None else None


def pass_as_keywords(found: FileUrl) -> FixPlan | None:
    """`Database(url, timeout=5)`, where the URL is written in the call: elsewhere others may read the query."""
    url, call = found.url, found.url.construction
    given = {argument.keyword for argument in call.arguments}
    at = next((number for number, argument in enumerate(call.arguments) if argument.node is url.node), None)
    query = "?" + url.written.partition("?")[2]
    edited = _edited(url.module, url.node, query, "")
    if at is None or edited is None or call.module is not url.module:
        return None
    keywords: list[cst.Arg] = []
    for option in url.options:
        default = found.driver.as_keywords.defaults.get(option.name)
        value = _value(option.value or "", default)
        if value is None or option.name in given:
            return None
        keywords.append(cst.Arg(cst.parse_expression(value), keyword=cst.Name(option.name), equal=_TIGHT))
    comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    old = list(call.node.args)
    old[at] = old[at].with_changes(value=edited)
    last = old[-1]
    if isinstance(last.comma, cst.MaybeSentinel):
        old[-1] = last.with_changes(comma=comma)
    else:
        keywords[-1] = keywords[-1].with_changes(comma=last.comma)
        old[-1] = last.with_changes(comma=comma)
    keywords = [item.with_changes(comma=comma) for item in keywords[:-1]] + keywords[-1:]
    return FixPlan.safe(
        "Pass the options as keywords",
        Replace(call.module.parsed, call.node, call.node.with_changes(args=old + keywords)),
    )


def _value(text: str, default: object) -> str | None:
    """The value of an option as Python writes it."""
    if isinstance(default, bool):
        return {"true": "True", "1": "True", "false": "False", "0": "False"}.get(text.lower())
    return text if isinstance(default, int | float) and _NUMBER.fullmatch(text) else None


def _edited(module: ModuleRecord, node: cst.BaseExpression, old: str, new: str) -> cst.BaseExpression | None:
    """A literal with a piece of its text exchanged; None where the piece does not stand in it just once."""
    code = module.parsed.code_of(node)
    if not isinstance(node, cst.SimpleString | cst.FormattedString | cst.ConcatenatedString) or code.count(old) != 1:
        return None
    return cst.parse_expression(code.replace(old, new))
