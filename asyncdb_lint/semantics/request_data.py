"""What is read from a request object: `request.query_params["q"]`, `await request.json()`, `websocket.iter_text()`."""

from __future__ import annotations

from .calling import class_roles
from .resolve import Resolver
from .terms import Attribute, Awaited, Element, Item, Result, Term
from .values import ExternalInstance, InstanceValue, Value


def is_request(resolver: Resolver, term: Term) -> bool:
    """Whether a term is a request or a websocket."""
    return any(
        isinstance(value, InstanceValue) and "request" in class_roles(resolver, value)
        for value in resolver.resolve(term)
    )


def comes_from_request(resolver: Resolver, term: Term) -> bool:
    """Whether a term is read from a request, however deep inside it."""
    while True:
        match term:
            case Attribute(base=base) | Item(base=base) | Awaited(base=base) | Element(base=base):
                if is_request(resolver, base):
                    return True
                term = base
            case Result(call=call) if isinstance(call.callee, Attribute):
                term = call.callee
            case _:
                return False


def is_security_scheme(value: Value) -> bool:
    """Whether a dependency is a scheme like `OAuth2PasswordBearer`: it gives the text of a header, cookie or query."""
    return isinstance(value, ExternalInstance) and value.dotted.startswith("fastapi.security.")
