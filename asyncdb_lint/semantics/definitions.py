"""Notes functions and classes: what can be seen of them from outside, before their bodies are walked."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from .. import syntax
from .binding import Bindings
from .records import ClassRecord, FunctionRecord, Notes, ParameterKind, ParameterRecord, UseKind
from .terms import Attribute, ClassTerm, Collection, FunctionTerm, Item, Result, Term, arguments_of, last_name

Pending = list[tuple[FunctionRecord, syntax.FunctionDef]]
"""Functions whose bodies wait for their walk."""


class Definitions(Bindings):
    """The part of a walk that meets `def` and `class`; bodies of functions wait until the scope around them is done."""

    def __init__(self, function: FunctionRecord, node: syntax.Node, tree: syntax.Tree, pending: Pending) -> None:
        super().__init__(function, node, tree)
        self.pending = pending
        self.known_functions: dict[int, FunctionRecord] = {}
        self.known_classes: dict[int, ClassRecord] = {}

    @abstractmethod
    def suite(self, suite: syntax.Suite) -> None:
        """Walks the body of a compound statement."""

    def define_function(self, node: syntax.FunctionDef) -> None:
        """`def`: what can be seen from outside now, the body after the scope around it is done."""
        noted = self.noted(node)
        known = self.known_functions.get(id(noted))
        if known is not None:
            self.env[node.name.value] = FunctionTerm(known)
            return
        owner = self.class_scope
        parent = None if self.function.is_module else self.function
        prefix = owner.qualname if owner is not None else self.function.qualname
        name = node.name.value
        function = self._walked_before(noted) if parent is None else None
        if function is None:
            function = FunctionRecord(
                self.function.module,
                name,
                f"{prefix}.{name}" if prefix else name,
                noted,
                is_async=node.asynchronous,
                parent=parent,
                notes=self.function.notes if parent is not None else Notes(),
            )
        function.owner = owner
        self.known_functions[id(noted)] = function
        for decorator in node.decorators:
            term = self.expression(decorator.decorator)
            self.use(term, UseKind.OTHER, decorator.decorator)
            function.decorators.append(term)
        self.parameters(node.params, function)
        if node.returns is not None:
            function.returns = self.annotation(node.returns)
        self.function.notes.functions.append(function)
        self.function.nested.append(function)
        if owner is not None:
            if not any(_is_setter(term) for term in function.decorators):
                owner.methods[name] = function
            self.env[name] = FunctionTerm(function)
        else:
            self.bind(name, FunctionTerm(function))
        self.pending.append((function, node))

    def _walked_before(self, noted: object) -> FunctionRecord | None:
        """The function of a node that an edit has left alone, without what the scope around it makes of it."""
        function = self.function.module.walked.get(id(noted))
        if function is None or function.node is not noted:
            return None
        function.parameters, function.decorators, function.returns, function.uses = [], [], None, []
        return function

    def parameters(self, parameters: syntax.Parameters, function: FunctionRecord) -> None:
        """Notes the parameters of a function or lambda, evaluating defaults and annotations in the scope around it."""
        groups: list[tuple[Sequence[syntax.Param], ParameterKind]] = [
            (parameters.posonly_params, ParameterKind.POSITIONAL),
            (parameters.params, ParameterKind.POSITIONAL),
            ((parameters.star_arg,) if parameters.star_arg is not None else (), ParameterKind.ARGS),
            (parameters.kwonly_params, ParameterKind.KEYWORD),
            ((parameters.star_kwarg,) if parameters.star_kwarg is not None else (), ParameterKind.KWARGS),
        ]
        for nodes, kind in groups:
            for node in nodes:
                default = self.expression(node.default) if node.default is not None else None
                annotation = self.annotation(node.annotation) if node.annotation is not None else None
                if annotation is not None:
                    self.note_bare_dependency(annotation, default)
                function.parameters.append(
                    ParameterRecord(node.name.value, kind, annotation, default, self.noted(node))
                )

    def note_bare_dependency(self, annotation: Term, default: Term | None) -> None:
        """`service: Service = Depends()` and `Annotated[Service, Depends()]`: the annotation is the dependency."""
        notes = self.function.notes
        if _is_bare_depends(default):
            notes.bare_dependencies.append(annotation)
        elif isinstance(annotation, Item) and isinstance(annotation.key, Collection):
            declared, *extras = arguments_of(annotation.key)
            if any(_is_bare_depends(extra) for extra in extras):
                notes.bare_dependencies.append(declared)

    def define_class(self, node: syntax.ClassDef) -> None:
        """`class`: its body runs at once, in a scope of its own."""
        noted = self.noted(node)
        known = self.known_classes.get(id(noted))
        if known is not None:
            self.env[node.name.value] = ClassTerm(known)
            return
        outer = self.class_scope
        prefix = outer.qualname if outer is not None else self.function.qualname
        name = node.name.value
        cls = ClassRecord(self.function.module, name, f"{prefix}.{name}" if prefix else name, noted)
        self.known_classes[id(noted)] = cls
        cls.decorators = [self.expression(decorator.decorator) for decorator in node.decorators]
        for base in node.bases:
            cls.bases.append(self.expression(base.value))
        for keyword in node.keywords:
            term = self.expression(keyword.value)
            self.use(term, UseKind.OTHER, keyword.value)
            if keyword.keyword is not None and keyword.keyword.value == "metaclass":
                cls.metaclass = term
        self.function.notes.classes.append(cls)
        environment = dict(self.env)
        statement, self.class_scope = self.statement, cls
        self.suite(node.body)
        self.env, self.class_scope, self.statement = environment, outer, statement
        if outer is not None:
            outer.classes[name] = cls
            self.env[name] = ClassTerm(cls)
        else:
            self.bind(name, ClassTerm(cls))


def _is_bare_depends(term: Term | None) -> bool:
    return (
        isinstance(term, Result) and not term.call.arguments and last_name(term.call.callee) in ("Depends", "Security")
    )


def _is_setter(term: Term) -> bool:
    return isinstance(term, Attribute) and term.name in ("setter", "deleter")
