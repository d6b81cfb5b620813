"""Walks every function of a module once and notes down what its expressions are and what becomes of them.

The walk is branch-aware (joins, early exits, loops) and symbolic: it knows nothing of other modules, so its records
stay true
whatever they turn out to be. Statements are here, expressions in `expressions`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import libcst as cst

from .expressions import Expressions, dotted_name, mark
from .records import (
    AttributeRecord,
    ClassRecord,
    Context,
    ContextKind,
    ExceptClause,
    FunctionRecord,
    ModuleRecord,
    ParameterKind,
    ParameterRecord,
    Store,
    UseKind,
)
from .terms import (
    UNKNOWN,
    Attribute,
    Checked,
    Choice,
    ClassTerm,
    Collection,
    Computed,
    Constant,
    Entered,
    FunctionTerm,
    Import,
    Item,
    Mapping,
    Narrowed,
    Parameter,
    Result,
    Term,
    choice,
    last_name,
)

Environment = dict[str, Term]


def walk_module(record: ModuleRecord) -> ModuleRecord:
    """Fills a module's record by walking its body and every function in it."""
    body = FunctionRecord(record, "<module>", "", record.parsed.tree, is_async=False, is_module=True)
    record.body = body
    pending: list[tuple[FunctionRecord, cst.FunctionDef]] = []
    FunctionWalk(body, pending).run(record.parsed.tree.body)
    while pending:
        function, node = pending.pop()
        inner: list[tuple[FunctionRecord, cst.FunctionDef]] = []
        FunctionWalk(function, inner).run(node.body.body)
        pending.extend(inner)
    _settle(record.collections)
    return record


def _settle(collections: list[Collection | Mapping]) -> None:
    """Hands the uses of every collection on to what it holds.

    Only now, since elements may be added after a use (`tasks.append(...)` in a loop that drains `tasks` first). Outer
    collections
    come first; a second round serves those that were put into older ones.
    """
    for _ in range(2):
        for collection in reversed(collections):
            values = (
                collection.elements
                if isinstance(collection, Collection)
                else [value for _, value in collection.entries]
            )
            for use in collection.uses:
                held = replace(use, contained=True)
                for value in values:
                    mark(value, held)


class FunctionWalk(Expressions):
    """The walk of one function body, or of a module's."""

    def __init__(self, function: FunctionRecord, pending: list[tuple[FunctionRecord, cst.FunctionDef]]) -> None:
        super().__init__(function)
        self.pending = pending
        self.known_functions: dict[int, FunctionRecord] = {}
        self.known_classes: dict[int, ClassRecord] = {}
        self.breaks: list[list[Environment]] = []
        self.globals: set[str] = set()
        self.class_scope: ClassRecord | None = None
        self.rewalks = 0
        for parameter in function.parameters:
            self.env[parameter.name] = Parameter(function, parameter.name)

    def run(self, body: Sequence[cst.CSTNode]) -> None:
        """Walks the whole body."""
        self.block(body)

    # -- statements -------------------------------------------------------------------------------------------------

    def block(self, statements: Sequence[cst.CSTNode]) -> None:
        """Walks statements in order; what follows a return or raise is walked too, as code that may still be edited."""
        for statement in statements:
            match statement:
                case cst.SimpleStatementLine():
                    for small in statement.body:
                        self.statement = statement
                        self.small_statement(small)
                case cst.BaseCompoundStatement():
                    self.statement = statement
                    self.compound(statement)
                case cst.BaseSmallStatement():
                    self.small_statement(statement)
                case _:
                    continue

    def suite(self, suite: cst.BaseSuite) -> None:
        """Walks the body of a compound statement."""
        self.block(suite.body)

    def small_statement(self, node: cst.BaseSmallStatement) -> None:
        """Walks one simple statement."""
        match node:
            case cst.Expr():
                self.use(self.expression(node.value), UseKind.DISCARDED, node)
            case cst.Assign():
                value = self.expression(node.value)
                for target in node.targets:
                    self.assign(target.target, value, node.value)
            case cst.AnnAssign():
                annotation = self.annotation(node.annotation)
                annotated_value = self.expression(node.value) if node.value is not None else None
                self.assign_annotated(node.target, annotation, annotated_value, node)
            case cst.AugAssign():
                self.augmented(node)
            case cst.Return():
                term = self.expression(node.value) if node.value is not None else Constant(None)
                self.use(term, UseKind.RETURNED, node)
                self.function.returned.append(term)
                self.alive = False
            case cst.Raise():
                if node.exc is not None:
                    self.use(self.expression(node.exc), UseKind.OTHER, node.exc)
                if node.cause is not None:
                    self.use(self.expression(node.cause.item), UseKind.OTHER, node.cause.item)
                self.function.raises = True
                self.alive = False
            case cst.Assert():
                holds, _ = self.condition(node.test)
                self.narrow(holds)
                if node.msg is not None:
                    self.use(self.expression(node.msg), UseKind.FORMATTED, node.msg)
            case cst.Import() | cst.ImportFrom():
                self.imports(node)
            case cst.Global():
                self.globals.update(item.name.value for item in node.names)
            case cst.Del():
                self.use(self.expression(node.target), UseKind.OTHER, node)
            case cst.Break():
                if self.breaks and self.alive:
                    self.breaks[-1].append(dict(self.env))
                self.alive = False
            case cst.Continue():
                self.alive = False
            case cst.TypeAlias():
                self.bind(node.name.value, self.annotation_expression(node.value))
            case _:
                return

    def compound(self, node: cst.BaseCompoundStatement) -> None:
        """Walks one compound statement."""
        match node:
            case cst.FunctionDef():
                self.define_function(node)
            case cst.ClassDef():
                self.define_class(node)
            case cst.If():
                self.branch(node)
            case cst.For():
                self.for_loop(node)
            case cst.While():
                self.while_loop(node)
            case cst.Try() | cst.TryStar():
                self.try_statement(node)
            case cst.With():
                self.with_statement(node)
            case cst.Match():
                self.match_statement(node)
            case _:
                return

    # -- branches and loops -----------------------------------------------------------------------------------------

    def branch(self, node: cst.If) -> None:
        """`if`: both sides from the same start, joined behind."""
        main_guard = self.function.is_module and _is_main_guard(node.test)
        holds, fails = self.condition(node.test)
        before = dict(self.env)
        alive = self.alive
        if main_guard:
            self.function.module.runs_as_script = True
        with_context = self.enter(ContextKind.MAIN, node) if main_guard else self.context
        outer, self.context = self.context, with_context
        self.narrow(holds)
        self.suite(node.body)
        self.context = outer
        after_body, body_alive = self.env, self.alive
        self.env, self.alive = before, alive
        self.narrow(fails)
        if isinstance(node.orelse, cst.If):
            self.statement = node.orelse
            self.branch(node.orelse)
        elif node.orelse is not None:
            self.suite(node.orelse.body)
        self.join([(after_body, body_alive), (self.env, self.alive)], alive)

    def join(self, paths: list[tuple[Environment, bool]], alive: bool) -> None:
        """Continues with what holds on every path that gets here; with all of them when none does."""
        living = [environment for environment, lives in paths if lives]
        self.alive = bool(living) and alive
        self.env = _joined(living or [environment for environment, _ in paths])

    def for_loop(self, node: cst.For) -> None:
        """`for` and `async for`."""
        iterable = self.expression(node.iter)
        is_async = node.asynchronous is not None
        self.use(iterable, UseKind.ASYNC_ITERATED if is_async else UseKind.ITERATED, node.iter)
        element = self.element_of(iterable, is_async)
        self.loop(node, lambda: self.assign(node.target, element, node.iter), node.body)
        if node.orelse is not None:
            self.suite(node.orelse.body)

    def while_loop(self, node: cst.While) -> None:
        """`while`, whose test counts as read before and after the body."""

        def head() -> None:
            holds, _ = self.condition(node.test)
            self.narrow(holds)

        self.loop(node, head, node.body)
        if node.orelse is not None:
            self.suite(node.orelse.body)

    def loop(self, node: cst.For | cst.While, head: Callable[[], None], body: cst.BaseSuite) -> None:
        """Walks a loop body, and once more when a result kept in one round may be used in the next."""
        outer = self.context
        before, alive = dict(self.env), self.alive
        self.breaks.append([])
        self.context = self.enter(ContextKind.LOOP, node)
        head()
        self.suite(body)
        carried = [name for name, term in self.env.items() if before.get(name) is not term and _keeps_result(term)]
        if carried and self.rewalks < 2:
            self.rewalks += 1
            self.env, self.alive = _joined([before, self.env]), alive
            head()
            self.suite(body)
            self.rewalks -= 1
        self.context = outer
        exits = self.breaks.pop()
        self.env, self.alive = _joined([before, self.env, *exits]), alive

    def try_statement(self, node: cst.Try | cst.TryStar) -> None:
        """`try`: every handler may start from any state of the body."""
        outer, before, alive = self.context, dict(self.env), self.alive
        clauses = tuple(self.except_clause(handler) for handler in node.handlers)
        final_context = outer
        if node.finalbody is not None:
            final_context = self.context = self.enter(ContextKind.FINALLY, node)
        context = self.context = self.enter(ContextKind.TRY, node)
        context.clauses = clauses
        if all(known.node is not node for known in self.function.tries):
            self.function.tries.append(context)
        self.suite(node.body)
        after_body = dict(self.env)
        self.context = final_context
        if node.orelse is not None:
            self.suite(node.orelse.body)
        paths = [(self.env, self.alive)]
        handlers: Sequence[cst.ExceptHandler | cst.ExceptStarHandler] = node.handlers
        for handler, clause in zip(handlers, clauses, strict=True):
            self.env, self.alive = _joined([before, after_body]), alive
            self.context = Context(ContextKind.EXCEPT, final_context, handler, (clause,))
            if handler.name is not None and isinstance(handler.name.name, cst.Name):
                self.bind(handler.name.name.value, UNKNOWN)
            returns = len(self.function.returned)
            self.suite(handler.body)
            clause.reraises = not self.alive and len(self.function.returned) == returns
            paths.append((self.env, self.alive))
        self.context = outer
        self.join(paths, alive)
        if node.finalbody is not None:
            lives = self.alive
            if not lives:
                self.env = _joined([before, after_body, self.env])
            self.alive = alive
            self.suite(node.finalbody.body)
            self.alive = self.alive and lives

    def except_clause(self, handler: cst.ExceptHandler | cst.ExceptStarHandler) -> ExceptClause:
        """What a handler catches."""
        if handler.type is None:
            return ExceptClause((), handler, is_bare=True)
        caught = self.expression(handler.type)
        types = tuple(caught.elements) if isinstance(caught, Collection) else (caught,)
        return ExceptClause(types, handler, is_bare=False)

    def with_statement(self, node: cst.With) -> None:
        """`with` and `async with`; later items stand inside the earlier ones."""
        outer = self.context
        is_async = node.asynchronous is not None
        for item in node.items:
            term = self.expression(item.item)
            self.use(term, UseKind.ASYNC_ENTERED if is_async else UseKind.ENTERED, item.item)
            if item.asname is not None:
                self.assign(item.asname.name, Entered(term, is_async), item.item)
            context = self.enter(ContextKind.ASYNC_WITH if is_async else ContextKind.WITH, node, (term,))
            context.entered = item.item
            self.context = context
            if all(known.entered is not item.item for known in self.function.withs):
                self.function.withs.append(context)
        self.suite(node.body)
        self.context = outer

    def match_statement(self, node: cst.Match) -> None:
        """`match`: a literal pattern is a membership check of its subject."""
        subject = self.expression(node.subject)
        self.use(subject, UseKind.COMPARED, node.subject)
        before, alive = dict(self.env), self.alive
        paths = [(before, alive)]
        name = dotted_name(node.subject)
        for case in node.cases:
            self.env, self.alive = dict(before), alive
            self.pattern(case.pattern, subject)
            if name is not None and _is_literal_pattern(case.pattern):
                self.env[name] = Checked(subject)
            if case.guard is not None:
                holds, _ = self.condition(case.guard)
                self.narrow(holds)
            self.suite(case.body)
            paths.append((self.env, self.alive))
            if isinstance(case.pattern, cst.MatchAs) and case.pattern.pattern is None and case.guard is None:
                paths[0] = (before, False)
        self.join(paths, alive)

    def pattern(self, node: cst.MatchPattern, subject: Term) -> None:
        """Binds the names of a pattern."""
        match node:
            case cst.MatchAs():
                if node.pattern is not None:
                    self.pattern(node.pattern, subject)
                if node.name is not None:
                    inner = node.pattern
                    term = (
                        Narrowed(subject, self.expression(inner.cls)) if isinstance(inner, cst.MatchClass) else subject
                    )
                    self.bind(node.name.value, term)
            case cst.MatchOr():
                for option in node.patterns:
                    self.pattern(option.pattern, subject)
            case cst.MatchValue():
                self.expression(node.value)
            case cst.MatchClass():
                self.expression(node.cls)
                for element in node.patterns:
                    self.pattern(element.value, UNKNOWN)
                for keyword in node.kwds:
                    self.pattern(keyword.pattern, UNKNOWN)
            case cst.MatchSequence():
                for item in node.patterns:
                    match item:
                        case cst.MatchSequenceElement():
                            self.pattern(item.value, UNKNOWN)
                        case cst.MatchStar() if item.name is not None:
                            self.bind(item.name.value, UNKNOWN)
            case cst.MatchMapping():
                for entry in node.elements:
                    self.pattern(entry.pattern, UNKNOWN)
                if node.rest is not None:
                    self.bind(node.rest.value, UNKNOWN)
            case _:
                return

    # -- binding ----------------------------------------------------------------------------------------------------

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
                self.use(term, UseKind.STORED, self.statement)
        else:
            self.function.bindings.setdefault(name, []).append(term)

    def assign(self, target: cst.BaseExpression, value: Term, value_node: cst.BaseExpression) -> None:
        """`target = value`, for targets of every shape."""
        match target:
            case cst.Name():
                self.bind(target.value, value)
                self.forget_narrowings(target.value)
            case cst.Tuple() | cst.List():
                self.unpack(target, value, value_node)
            case cst.StarredElement():
                self.assign(target.value, UNKNOWN, value_node)
            case cst.Attribute():
                self.store(target, value)
            case cst.Subscript():
                base = self.expression(target.value)
                key = self.subscript_key(target)
                if isinstance(base, Mapping):
                    base.entries.append((key, value))
                else:
                    self.use(value, UseKind.STORED, target)
                    self.use(base, UseKind.OTHER, target)
            case _:
                self.use(value, UseKind.STORED, target)

    def unpack(self, target: cst.Tuple | cst.List, value: Term, value_node: cst.BaseExpression) -> None:
        """`a, b = value`, element by element where the value is written out."""
        elements = target.elements
        starred = any(isinstance(element, cst.StarredElement) for element in elements)
        if isinstance(value, Collection) and len(value.elements) == len(elements) and not starred:
            for element, term in zip(elements, value.elements, strict=True):
                self.assign(element.value, term, value_node)
            return
        if isinstance(value, Collection) and starred and len(value.elements) >= len(elements) - 1:
            self.unpack_starred(elements, value, value_node)
            return
        self.use(value, UseKind.UNPACKED, value_node)
        for index, element in enumerate(elements):
            self.assign(element.value, UNKNOWN if starred else Item(value, Constant(index)), value_node)

    def unpack_starred(
        self, elements: Sequence[cst.BaseElement], value: Collection, value_node: cst.BaseExpression
    ) -> None:
        """`a, *rest, b = [x, y, z]`"""
        at = next(index for index, element in enumerate(elements) if isinstance(element, cst.StarredElement))
        after = len(elements) - at - 1
        end = len(value.elements) - after
        terms: list[Term] = [*value.elements[:at], Collection("list", value.elements[at:end]), *value.elements[end:]]
        for element, term in zip(elements, terms, strict=True):
            self.assign(element.value, term, value_node)

    def store(self, target: cst.Attribute, value: Term, annotation: Term | None = None) -> None:
        """`base.name = value`; on `self` it makes an attribute of the class."""
        base = self.expression(target.value)
        name = target.attr.value
        self.use(value, UseKind.STORED, target)
        owner = self.class_of_self(base)
        if owner is not None:
            attribute = owner.attributes.setdefault(name, AttributeRecord())
            attribute.values.append(value)
            attribute.annotation = attribute.annotation or annotation
        else:
            self.function.module.stores.append(Store(base, name, value, self.function, target))
        key = dotted_name(target)
        if key is not None:
            self.forget_narrowings(key)

    def class_of_self(self, base: Term) -> ClassRecord | None:
        """The class whose `self` or `cls` a term is."""
        if not isinstance(base, Parameter):
            return None
        function = base.function
        if function.is_method and function.parameters and function.parameters[0].name == base.name:
            return function.owner
        return None

    def assign_annotated(
        self, target: cst.BaseExpression, annotation: Term, value: Term | None, node: cst.AnnAssign
    ) -> None:
        """`target: annotation = value`"""
        if isinstance(target, cst.Name):
            name = target.value
            if self.class_scope is not None:
                attribute = self.class_scope.attributes.setdefault(name, AttributeRecord())
                attribute.annotation = annotation
                self.class_scope.field_order.append(name)
            elif self.function.is_module:
                self.function.module.annotations[name] = annotation
            if value is not None:
                self.bind(name, value)
            elif self.class_scope is None and not self.function.is_module:
                self.env.setdefault(name, UNKNOWN)
        elif isinstance(target, cst.Attribute):
            self.store(target, value if value is not None else UNKNOWN, annotation)
        elif value is not None:
            self.assign(target, value, node.target)

    def augmented(self, node: cst.AugAssign) -> None:
        """`target += value`"""
        operator = type(node.operator).__name__
        value = self.expression(node.value)
        target = node.target
        if isinstance(target, cst.Name):
            old = self.read(target.value)
            if isinstance(old, Collection) and operator == "AddAssign":
                old.elements.extend(
                    value.elements if isinstance(value, Collection) else [self.element_of(value, False)]
                )
                return
            self.use(value, UseKind.OPERAND, node.value)
            symbol = {"AddAssign": "+", "ModuloAssign": "%"}.get(operator, operator)
            self.bind(target.value, Computed(symbol, (old, value), (target, node.value)))
        else:
            self.use(value, UseKind.STORED, node.value)
            old = self.expression(target)
            if isinstance(target, cst.Attribute) and operator == "AddAssign":
                self.store(target, Computed("+", (old, value), (target, node.value)))

    def imports(self, node: cst.Import | cst.ImportFrom) -> None:
        """Binds what an import statement binds."""
        module = self.function.module
        if isinstance(node, cst.Import):
            for alias in node.names:
                dotted = dotted_name(alias.name) or ""
                if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
                    self.bind(alias.asname.name.value, Import(module, 0, dotted))
                else:
                    top = dotted.split(".", 1)[0]
                    self.bind(top, Import(module, 0, top))
                    if top != dotted:
                        module.submodules.setdefault(top, []).append(dotted)
            return
        level = len(node.relative)
        dotted = (dotted_name(node.module) or "") if node.module is not None else ""
        if isinstance(node.names, cst.ImportStar):
            module.stars.append(Import(module, level, dotted))
            return
        for alias in node.names:
            name = alias.name.value if isinstance(alias.name, cst.Name) else ""
            bound = alias.asname.name if alias.asname is not None else alias.name
            if isinstance(bound, cst.Name):
                self.bind(bound.value, Import(module, level, dotted, name))
                if bound.value != name:
                    module.aliases.setdefault(name, set()).add(bound.value)

    # -- definitions ------------------------------------------------------------------------------------------------

    def define_function(self, node: cst.FunctionDef) -> None:
        """`def`: what can be seen from outside now, the body after the scope around it is done."""
        known = self.known_functions.get(id(node))
        if known is not None:
            self.env[node.name.value] = FunctionTerm(known)
            return
        owner = self.class_scope
        parent = None if self.function.is_module else self.function
        prefix = owner.qualname if owner is not None else self.function.qualname
        name = node.name.value
        function = FunctionRecord(
            self.function.module,
            name,
            f"{prefix}.{name}" if prefix else name,
            node,
            is_async=node.asynchronous is not None,
            owner=owner,
            parent=parent,
        )
        self.known_functions[id(node)] = function
        for decorator in node.decorators:
            term = self.expression(decorator.decorator)
            self.use(term, UseKind.OTHER, decorator.decorator)
            function.decorators.append(term)
        self.parameters(node.params, function)
        if node.returns is not None:
            function.returns = self.annotation(node.returns)
        self.function.module.functions.append(function)
        self.function.nested.append(function)
        if owner is not None:
            if not any(_is_setter(term) for term in function.decorators):
                owner.methods[name] = function
            self.env[name] = FunctionTerm(function)
        else:
            self.bind(name, FunctionTerm(function))
        self.pending.append((function, node))

    def parameters(self, parameters: cst.Parameters, function: FunctionRecord) -> None:
        """Notes the parameters of a function or lambda, evaluating defaults and annotations in the scope around it."""
        groups: list[tuple[Sequence[cst.Param], ParameterKind]] = [
            (parameters.posonly_params, ParameterKind.POSITIONAL),
            (parameters.params, ParameterKind.POSITIONAL),
            ((parameters.star_arg,) if isinstance(parameters.star_arg, cst.Param) else (), ParameterKind.ARGS),
            (parameters.kwonly_params, ParameterKind.KEYWORD),
            ((parameters.star_kwarg,) if parameters.star_kwarg is not None else (), ParameterKind.KWARGS),
        ]
        for nodes, kind in groups:
            for node in nodes:
                default = self.expression(node.default) if node.default is not None else None
                annotation = self.annotation(node.annotation) if node.annotation is not None else None
                if annotation is not None:
                    self.note_bare_dependency(annotation, default)
                function.parameters.append(ParameterRecord(node.name.value, kind, annotation, default, node))

    def note_bare_dependency(self, annotation: Term, default: Term | None) -> None:
        """`service: Service = Depends()` and `Annotated[Service, Depends()]`: the annotation is the dependency."""
        module = self.function.module
        if _is_bare_depends(default):
            module.bare_dependencies.append(annotation)
        elif isinstance(annotation, Item) and isinstance(annotation.key, Collection):
            declared, *extras = annotation.key.elements
            if any(_is_bare_depends(extra) for extra in extras):
                module.bare_dependencies.append(declared)

    def define_class(self, node: cst.ClassDef) -> None:
        """`class`: its body runs at once, in a scope of its own."""
        if id(node) in self.known_classes:
            self.env[node.name.value] = ClassTerm(self.known_classes[id(node)])
            return
        outer = self.class_scope
        prefix = outer.qualname if outer is not None else self.function.qualname
        name = node.name.value
        cls = ClassRecord(self.function.module, name, f"{prefix}.{name}" if prefix else name, node)
        self.known_classes[id(node)] = cls
        cls.decorators = [self.expression(decorator.decorator) for decorator in node.decorators]
        for base in node.bases:
            cls.bases.append(self.expression(base.value))
        for keyword in node.keywords:
            self.use(self.expression(keyword.value), UseKind.OTHER, keyword.value)
        self.function.module.classes.append(cls)
        environment = dict(self.env)
        statement, self.class_scope = self.statement, cls
        self.suite(node.body)
        self.env, self.class_scope, self.statement = environment, outer, statement
        if outer is not None:
            outer.classes[name] = cls
            self.env[name] = ClassTerm(cls)
        else:
            self.bind(name, ClassTerm(cls))


def _joined(environments: list[Environment]) -> Environment:
    """One environment for code that several paths reach."""
    first = environments[0]
    if len(environments) == 1:
        return dict(first)
    joined: Environment = {}
    for environment in environments:
        for name in environment:
            if name in joined:
                continue
            options = [other[name] for other in environments if name in other]
            # A narrowing holds behind the join only if it holds on every path.
            if "." in name and len(options) < len(environments):
                continue
            joined[name] = options[0] if all(option is options[0] for option in options) else choice(options)
    return joined


def _keeps_result(term: Term) -> bool:
    match term:
        case Result():
            return True
        case Collection(elements=elements):
            return any(_keeps_result(element) for element in elements)
        case Choice(options=options):
            return any(_keeps_result(option) for option in options)
        case _:
            return False


def _is_bare_depends(term: Term | None) -> bool:
    return (
        isinstance(term, Result) and not term.call.arguments and last_name(term.call.callee) in ("Depends", "Security")
    )


def _is_main_guard(test: cst.BaseExpression) -> bool:
    return (
        isinstance(test, cst.Comparison)
        and isinstance(test.left, cst.Name)
        and test.left.value == "__name__"
        and len(test.comparisons) == 1
        and isinstance(test.comparisons[0].operator, cst.Equal)
    )


def _is_literal_pattern(pattern: cst.MatchPattern) -> bool:
    if isinstance(pattern, cst.MatchOr):
        return all(_is_literal_pattern(option.pattern) for option in pattern.patterns)
    return isinstance(pattern, cst.MatchValue | cst.MatchSingleton)


def _is_setter(term: Term) -> bool:
    return isinstance(term, Attribute) and term.name in ("setter", "deleter")
