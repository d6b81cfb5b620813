"""What a client gets to see of an answer."""

from __future__ import annotations

from .records import Argument, CallRecord

_STATUS = {"status_code", "code"}


def contents(call: CallRecord) -> list[Argument]:
    """The arguments of a response, or of an error that becomes one, that a client can read: its headers as well."""
    return [argument for argument in call.arguments if argument.keyword not in _STATUS]
