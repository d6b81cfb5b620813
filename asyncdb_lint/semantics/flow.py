"""Walks the body of a function, or of a module, and notes down what its expressions are and what becomes of them.

The walk is branch-aware (joins, early exits, loops) and symbolic: it knows nothing of other modules, so its records
stay true
whatever they turn out to be. Statements are here, expressions in `expressions`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .. import syntax
from ..unfetched import held
from .definitions import Definitions, Pending
from .records import (
    Context,
    ContextKind,
    ExceptClause,
    FunctionRecord,
    Returned,
    UseKind,
    outwards,
)
from .scope import dotted_name
from .terms import (
    UNKNOWN,
    Caught,
    Checked,
    Choice,
    Collection,
    Constant,
    Entered,
    Narrowed,
    Parameter,
    Result,
    Term,
    choice,
)

Environment = dict[str, Term]
_node_of = held(Context, "node")
_entered_by = held(Context, "entered")


class FunctionWalk(Definitions):
    """The walk of one function body, or of a module's."""

    def __init__(self, function: FunctionRecord, node: syntax.Node, tree: syntax.Tree, pending: Pending) -> None:
        super().__init__(function, node, tree, pending)
        self.breaks: list[list[Environment]] = []
        self.rewalks = 0
        for parameter in function.parameters:
            self.env[parameter.name] = Parameter(function, parameter.name)

    def run(self, body: Sequence[syntax.Node]) -> None:
        """Walks the whole body."""
        self.block(body)
        if self.alive and not self.function.returns_at:
            self.function.checks = [
                parameter.name
                for parameter in self.function.parameters
                if isinstance(self.env.get(parameter.name), Checked)
            ]

    # -- statements -------------------------------------------------------------------------------------------------

    def block(self, statements: Sequence[syntax.Node]) -> None:
        """Walks statements in order; what follows a return or raise is walked too, as code that may still be edited."""
        for statement in statements:
            match statement:
                case syntax.SimpleStatementLine():
                    for small in statement.body:
                        self.statement = statement
                        self.small_statement(small)
                case syntax.CompoundStatement():
                    self.statement = statement
                    self.compound(statement)
                case syntax.SmallStatement():
                    self.small_statement(statement)
                case _:
                    continue

    def suite(self, suite: syntax.Suite) -> None:
        """Walks the body of a compound statement."""
        self.block(suite.body)

    def small_statement(self, node: syntax.SmallStatement) -> None:
        """Walks one simple statement."""
        match node:
            case syntax.Expr():
                self.use(self.expression(node.value), UseKind.DISCARDED, node)
            case syntax.Assign():
                value = self.expression(node.value)
                for target in node.targets:
                    self.assign(target.target, value, node.value)
            case syntax.AnnAssign():
                annotation = self.annotation(node.annotation)
                annotated_value = self.expression(node.value) if node.value is not None else None
                self.assign_annotated(node.target, annotation, annotated_value, node)
            case syntax.AugAssign():
                self.augmented(node)
            case syntax.Return():
                term = self.expression(node.value) if node.value is not None else Constant(None)
                self.use(term, UseKind.RETURNED, node)
                self.function.returned.append(term)
                noted = self.noted(node)
                self.function.returns_at[id(noted)] = Returned(noted, term, self.context)
                self.alive = False
            case syntax.Raise():
                self.raising(node)
                self.alive = False
            case syntax.Assert():
                holds, _ = self.condition(node.test)
                self.narrow(holds)
                if node.msg is not None:
                    self.use(self.expression(node.msg), UseKind.FORMATTED, node.msg)
            case syntax.Import() | syntax.ImportFrom():
                self.imports(node)
            case syntax.Global():
                self.globals.update(item.name.value for item in node.names)
            case syntax.Nonlocal():
                self.nonlocals.update(item.name.value for item in node.names)
            case syntax.Del():
                self.use(self.expression(node.target), UseKind.DELETED, node)
                if isinstance(node.target, syntax.Subscript):
                    self.use(self.expression(node.target.value), UseKind.DELETED, node)
            case syntax.Break():
                if self.breaks and self.alive:
                    self.breaks[-1].append(dict(self.env))
                self.alive = False
            case syntax.Continue():
                self.alive = False
            case syntax.TypeAlias():
                self.bind(node.name.value, self.annotation_expression(node.value))
            case _:
                return

    def compound(self, node: syntax.CompoundStatement) -> None:
        """Walks one compound statement."""
        match node:
            case syntax.FunctionDef():
                self.define_function(node)
            case syntax.ClassDef():
                self.define_class(node)
            case syntax.If():
                self.branch(node)
            case syntax.For():
                self.for_loop(node)
            case syntax.While():
                self.while_loop(node)
            case syntax.Try() | syntax.TryStar():
                self.try_statement(node)
            case syntax.With():
                self.with_statement(node)
            case syntax.Match():
                self.match_statement(node)
            case _:
                return

    # -- branches and loops -----------------------------------------------------------------------------------------

    def branch(self, node: syntax.If) -> None:
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
        if _never_holds(node.test):
            self.dead_suite(node.body)
        else:
            self.suite(node.body)
        self.context = outer
        after_body, body_alive = self.env, self.alive
        self.env, self.alive = before, alive
        self.narrow(fails)
        if isinstance(node.orelse, syntax.If):
            self.statement = node.orelse
            self.branch(node.orelse)
        elif node.orelse is not None:
            self.suite(node.orelse.body)
        self.join([(after_body, body_alive), (self.env, self.alive)], alive)

    def dead_suite(self, suite: syntax.Suite) -> None:
        """Walks what never runs: its imports, which type checkers read, and a `yield`, which makes a generator."""
        for statement in suite.body:
            for small in statement.body if isinstance(statement, syntax.SimpleStatementLine) else (statement,):
                if isinstance(small, syntax.Import | syntax.ImportFrom) or (
                    isinstance(small, syntax.Expr) and isinstance(small.value, syntax.Yield)
                ):
                    self.small_statement(small)
        self.alive = False

    def join(self, paths: list[tuple[Environment, bool]], alive: bool) -> None:
        """Continues with what holds on every path that gets here; with all of them when none does."""
        living = [environment for environment, lives in paths if lives]
        self.alive = bool(living) and alive
        self.env = _joined(living or [environment for environment, _ in paths])

    def for_loop(self, node: syntax.For) -> None:
        """`for` and `async for`."""
        iterable = self.expression(node.iter)
        is_async = node.asynchronous
        self.use(iterable, UseKind.ASYNC_ITERATED if is_async else UseKind.ITERATED, node.iter)
        element = self.element_of(iterable, is_async)
        self.loop(node, lambda: self.assign(node.target, element, node.iter), node.body, (iterable,))
        if node.orelse is not None:
            self.suite(node.orelse.body)

    def while_loop(self, node: syntax.While) -> None:
        """`while`, whose test counts as read before and after the body."""

        def head() -> None:
            holds, _ = self.condition(node.test)
            self.narrow(holds)

        self.loop(node, head, node.body)
        if node.orelse is not None:
            self.suite(node.orelse.body)

    def loop(
        self,
        node: syntax.For | syntax.While,
        head: Callable[[], None],
        body: syntax.Suite,
        items: tuple[Term, ...] = (),
    ) -> None:
        """Walks a loop body, and once more when a result kept in one round may be used in the next."""
        outer = self.context
        before, alive = dict(self.env), self.alive
        self.breaks.append([])
        self.context = self.enter(ContextKind.LOOP, node, items)
        self.context.is_async = isinstance(node, syntax.For) and node.asynchronous
        _list_once(self.context, self.function.loops)
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

    def try_statement(self, node: syntax.Try | syntax.TryStar) -> None:
        """`try`: every handler may start from any state of the body."""
        outer, before, alive = self.context, dict(self.env), self.alive
        clauses = tuple(self.except_clause(handler) for handler in node.handlers)
        final_context = outer
        if node.finalbody is not None:
            final_context = self.context = self.enter(ContextKind.FINALLY, node)
        context = self.context = self.enter(ContextKind.TRY, node)
        context.clauses = clauses
        _list_once(context, self.function.tries)
        self.suite(node.body)
        after_body = dict(self.env)
        self.context = final_context
        if node.orelse is not None:
            self.suite(node.orelse.body)
        paths = [(self.env, self.alive)]
        handlers: Sequence[syntax.ExceptHandler | syntax.ExceptStarHandler] = node.handlers
        for handler, clause in zip(handlers, clauses, strict=True):
            self.env, self.alive = _joined([before, after_body]), alive
            self.context = Context(ContextKind.EXCEPT, final_context, self.noted(handler), (clause,))
            if handler.name is not None and isinstance(handler.name.name, syntax.Name):
                self.bind(handler.name.name.value, Caught(clause))
            self.suite(handler.body)
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

    def raising(self, node: syntax.Raise) -> None:
        """`raise`, `raise error`, `raise Error() from error`"""
        if node.exc is not None:
            raised = self.expression(node.exc)
            self.use(raised, UseKind.OTHER, node.exc)
            clause = raised.clause if isinstance(raised, Caught) else None
        else:
            handling = next((outer for outer in outwards(self.context) if outer.kind is ContextKind.EXCEPT), None)
            clause = handling.clauses[0] if handling is not None and handling.clauses else None
        if clause is not None:
            clause.raises_again = True
        if node.cause is not None:
            self.use(self.expression(node.cause.item), UseKind.OTHER, node.cause.item)

    def except_clause(self, handler: syntax.ExceptHandler | syntax.ExceptStarHandler) -> ExceptClause:
        """What a handler catches."""
        if handler.type is None:
            return ExceptClause((), self.noted(handler), is_bare=True)
        caught = self.expression(handler.type)
        types = tuple(caught.elements) if isinstance(caught, Collection) else (caught,)
        return ExceptClause(types, self.noted(handler), is_bare=False)

    def with_statement(self, node: syntax.With) -> None:
        """`with` and `async with`; later items stand inside the earlier ones."""
        outer = self.context
        is_async = node.asynchronous
        for item in node.items:
            term = self.expression(item.item)
            self.use(term, UseKind.ASYNC_ENTERED if is_async else UseKind.ENTERED, item.item)
            if item.asname is not None:
                self.assign(item.asname.name, Entered(term, is_async), item.item)
            context = self.enter(ContextKind.ASYNC_WITH if is_async else ContextKind.WITH, node, (term,))
            context.entered = self.noted(item.item)
            self.context = context
            _list_once(context, self.function.withs)
        self.suite(node.body)
        self.context = outer

    def match_statement(self, node: syntax.Match) -> None:
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
                self.knows_dotted |= "." in name
            if case.guard is not None:
                holds, _ = self.condition(case.guard)
                self.narrow(holds)
            self.suite(case.body)
            paths.append((self.env, self.alive))
            if isinstance(case.pattern, syntax.MatchAs) and case.pattern.pattern is None and case.guard is None:
                paths[0] = (before, False)
        self.join(paths, alive)

    def pattern(self, node: syntax.Pattern, subject: Term) -> None:
        """Binds the names of a pattern."""
        match node:
            case syntax.MatchAs():
                if node.pattern is not None:
                    self.pattern(node.pattern, subject)
                if node.name is not None:
                    inner = node.pattern
                    term = (
                        Narrowed(subject, self.expression(inner.cls))
                        if isinstance(inner, syntax.MatchClass)
                        else subject
                    )
                    self.bind(node.name.value, term)
            case syntax.MatchOr():
                for option in node.patterns:
                    self.pattern(option.pattern, subject)
            case syntax.MatchValue():
                self.expression(node.value)
            case syntax.MatchClass():
                self.expression(node.cls)
                for element in node.patterns:
                    self.pattern(element.value, UNKNOWN)
                for keyword in node.kwds:
                    self.pattern(keyword.pattern, UNKNOWN)
            case syntax.MatchList():
                for item in node.patterns:
                    match item:
                        case syntax.MatchSequenceElement():
                            self.pattern(item.value, UNKNOWN)
                        case syntax.MatchStar() if item.name is not None:
                            self.bind(item.name.value, UNKNOWN)
            case syntax.MatchMapping():
                for entry in node.elements:
                    self.pattern(entry.pattern, UNKNOWN)
                if node.rest is not None:
                    self.bind(node.rest.value, UNKNOWN)
            case _:
                return


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
            # Terms are equal to none but themselves.
            joined[name] = options[0] if options.count(options[0]) == len(options) else choice(options)
    return joined


def _list_once(context: Context, known: list[Context]) -> None:
    """Adds a context to those of its function, if it is not one of them that is walked again."""
    node, entered = _node_of(context), _entered_by(context)
    context.first = next((other for other in known if _node_of(other) is node and _entered_by(other) is entered), None)
    if context.first is None:
        known.append(context)


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


def _is_main_guard(test: syntax.Expression) -> bool:
    return (
        isinstance(test, syntax.Comparison)
        and isinstance(test.left, syntax.Name)
        and test.left.value == "__name__"
        and len(test.comparisons) == 1
        and test.comparisons[0].operator == "Equal"
    )


def _never_holds(test: syntax.Expression) -> bool:
    """`if 0:` and `if False:`"""
    return (isinstance(test, syntax.Name) and test.value == "False") or (
        isinstance(test, syntax.Integer) and int(test.value, 0) == 0
    )


def _is_literal_pattern(pattern: syntax.Pattern) -> bool:
    if isinstance(pattern, syntax.MatchOr):
        return all(_is_literal_pattern(option.pattern) for option in pattern.patterns)
    return isinstance(pattern, syntax.MatchValue | syntax.MatchSingleton)
