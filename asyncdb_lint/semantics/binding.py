"""Binds names, attributes and imports to the terms they stand for."""

from __future__ import annotations

from collections.abc import Sequence

from .. import syntax
from .expressions import Expressions
from .records import AttributeRecord, ClassRecord, FunctionRecord, Member, Store, UseKind
from .scope import dotted_name
from .terms import (
    UNKNOWN,
    Attribute,
    Awaited,
    Collection,
    Computed,
    Constant,
    Element,
    Entered,
    Import,
    Item,
    Mapping,
    Narrowed,
    Parameter,
    Result,
    Term,
)


class Bindings(Expressions):
    """The part of a walk that knows which scope owns a name."""

    def __init__(self, function: FunctionRecord, node: syntax.Node, tree: syntax.Tree) -> None:
        super().__init__(function, node, tree)
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()
        self.class_scope: ClassRecord | None = None

    def bind(self, name: str, term: Term) -> None:
        """Gives a name its value in the scope that owns it."""
        self.env[name] = term
        self.use(term, UseKind.BOUND, self.statement)
        if self.class_scope is not None:
            self.class_scope.attributes.setdefault(name, AttributeRecord()).values.append(term)
            return
        module = self.function.module
        if self.function.is_module or name in self.globals:
            module.bindings.setdefault(name, []).append(term)
            if not self.function.is_module:
                module.is_bound_inside = True
                self.use(term, UseKind.STORED, self.statement)
        else:
            self.function.bindings.setdefault(name, []).append(term)
            if name in self.nonlocals:
                self.use(term, UseKind.STORED, self.statement)

    def assign(self, target: syntax.Expression, value: Term, value_node: syntax.Expression) -> None:
        """`target = value`, for targets of every shape."""
        match target:
            case syntax.Name():
                self.bind(target.value, value)
                self.forget_narrowings(target.value)
            case syntax.Tuple() | syntax.List():
                self.unpack(target, value, value_node)
            case syntax.StarredElement():
                self.assign(target.value, UNKNOWN, value_node)
            case syntax.Attribute():
                self.store(target, value)
            case syntax.Subscript():
                base = self.expression(target.value)
                key = self.subscript_key(target)
                if isinstance(base, Mapping):
                    base.entries.append((key, value))
                else:
                    name = key.value if isinstance(key, Constant) and isinstance(key.value, str) else None
                    self.use(value, UseKind.STORED, target, name=name, holder=base)
                    self.use(base, UseKind.ITEM_SET, target, name=name)
            case _:
                self.use(value, UseKind.STORED, target)

    def unpack(self, target: syntax.Tuple | syntax.List, value: Term, value_node: syntax.Expression) -> None:
        """`a, b = value`, element by element where the value is written out."""
        elements = target.elements
        starred = any(isinstance(element, syntax.StarredElement) for element in elements)
        if isinstance(value, Collection) and len(value.elements) == len(elements) and not starred:
            for element, term in zip(elements, value.elements, strict=True):
                self.assign(element.value, term, value_node)
            return
        if isinstance(value, Collection) and starred and len(value.elements) >= len(elements) - 1:
            self.unpack_starred(elements, value, value_node)
            return
        self.use(value, UseKind.UNPACKED, value_node)
        self.note_unpacked(target, value, value_node)
        for index, element in enumerate(elements):
            self.assign(element.value, UNKNOWN if starred else Item(value, Constant(index)), value_node)

    def unpack_starred(
        self,
        elements: Sequence[syntax.Element | syntax.StarredElement],
        value: Collection,
        value_node: syntax.Expression,
    ) -> None:
        """`a, *rest, b = [x, y, z]`"""
        at = next(index for index, element in enumerate(elements) if isinstance(element, syntax.StarredElement))
        after = len(elements) - at - 1
        end = len(value.elements) - after
        terms: list[Term] = [*value.elements[:at], Collection("list", value.elements[at:end]), *value.elements[end:]]
        for element, term in zip(elements, terms, strict=True):
            self.assign(element.value, term, value_node)

    def store(self, target: syntax.Attribute, value: Term, annotation: Term | None = None) -> None:
        """`base.name = value`; on `self` it makes an attribute of the class."""
        base = self.expression(target.value)
        name = target.attr.value
        self.use(value, UseKind.STORED, target, name=name, holder=base)
        if isinstance(base, Parameter) and _is_self(base):
            self.function.notes.members.append(Member(base.function, name, value, annotation))
        else:
            self.function.notes.stores.append(Store(base, name, value, self.function, self.noted(target)))
        key = dotted_name(target) if self.knows_dotted else None
        if key is not None:
            self.forget_narrowings(key)

    def assign_annotated(
        self, target: syntax.Expression, annotation: Term, value: Term | None, node: syntax.AnnAssign
    ) -> None:
        """`target: annotation = value`"""
        if isinstance(target, syntax.Name):
            name = target.value
            if self.class_scope is not None:
                attribute = self.class_scope.attributes.setdefault(name, AttributeRecord())
                attribute.annotation = annotation
                self.class_scope.field_order.append(name)
            elif self.function.is_module:
                self.function.module.annotations[name] = annotation
            if value is not None:
                self.bind(name, self.declared(value, annotation))
            elif self.class_scope is None and not self.function.is_module:
                self.env.setdefault(name, UNKNOWN)
        elif isinstance(target, syntax.Attribute):
            self.store(target, value if value is not None else UNKNOWN, annotation)
        elif value is not None:
            self.assign(target, value, node.target)

    def declared(self, value: Term, annotation: Term) -> Term:
        """A value inside a function that is said to be of a type, which counts where nothing else is known of it."""
        if self.class_scope is not None or self.function.is_module:
            return value
        if value is UNKNOWN:
            return Narrowed(value, annotation)
        if isinstance(value, Result | Attribute | Awaited | Item | Element | Entered | Collection):
            self.function.notes.declared[id(value)] = value, annotation
        return value

    def augmented(self, node: syntax.AugAssign) -> None:
        """`target += value`"""
        operator = node.operator
        value = self.expression(node.value)
        target = node.target
        if isinstance(target, syntax.Name):
            old = self.read(target.value)
            if isinstance(old, Collection) and operator == "AddAssign":
                old.elements.extend(
                    value.elements if isinstance(value, Collection) else [self.element_of(value, False)]
                )
                return
            # `tasks += [coroutine]` keeps it, wherever `tasks` came from.
            keeps = isinstance(value, Collection | Mapping)
            self.use(value, UseKind.STORED if keeps else UseKind.OPERAND, node.value)
            symbol = {"AddAssign": "+", "ModuloAssign": "%"}.get(operator, operator)
            self.bind(target.value, Computed(symbol, (old, value), (self.noted(target), self.noted(node.value))))
        else:
            self.use(value, UseKind.STORED, node.value)
            old = self.expression(target)
            if isinstance(target, syntax.Attribute) and operator == "AddAssign":
                self.store(target, Computed("+", (old, value), (self.noted(target), self.noted(node.value))))

    def imports(self, node: syntax.Import | syntax.ImportFrom) -> None:
        """Binds what an import statement binds."""
        module, notes = self.function.module, self.function.notes
        if isinstance(node, syntax.Import):
            for alias in node.names:
                dotted = dotted_name(alias.name) or ""
                if alias.asname is not None and isinstance(alias.asname.name, syntax.Name):
                    self.bind(alias.asname.name.value, Import(module, 0, dotted))
                else:
                    top = dotted.split(".", 1)[0]
                    self.bind(top, Import(module, 0, top))
                    if top != dotted:
                        notes.submodules.setdefault(top, []).append(dotted)
            return
        level = node.relative
        dotted = (dotted_name(node.module) or "") if node.module is not None else ""
        if isinstance(node.names, syntax.ImportStar):
            notes.stars.append(Import(module, level, dotted))
            return
        for alias in node.names:
            name = alias.name.value if isinstance(alias.name, syntax.Name) else ""
            bound = alias.asname.name if alias.asname is not None else alias.name
            if isinstance(bound, syntax.Name):
                self.bind(bound.value, Import(module, level, dotted, name))
                if bound.value != name:
                    notes.aliases.setdefault(name, set()).add(bound.value)


def _is_self(base: Parameter) -> bool:
    """Whether a parameter is the `self` or `cls` of a method."""
    function = base.function
    return function.is_method and bool(function.parameters) and function.parameters[0].name == base.name
