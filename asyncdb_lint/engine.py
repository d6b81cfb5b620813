"""One module in, diagnostics out: asks every rule that is on, and turns what they find into data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from .decoding import UnparsableFile
from .diagnostics import Diagnostic, Fix, Position, Range, RelatedPlace
from .parsing import without_checks
from .rules import Finding, Rule, all_rules
from .semantics.facts import ModuleFacts
from .settings import Settings

_OWN = "ADB"


def enabled_rules(settings: Settings) -> tuple[Rule, ...]:
    """The rules that settings turn on, with the options that they give them."""
    given = dict(settings.rules)
    return tuple(
        type(rule)(dict(given[rule.code])) if rule.code in given else rule
        for rule in (*all_rules(), *_plugin_rules(settings))
        if settings.enables(rule.code, default=rule.default)
    )


def _plugin_rules(settings: Settings) -> tuple[Rule, ...]:
    if not settings.plugins:
        return ()
    # Imported here, as all that few runs need: what other packages offer, what findings and comments ask for.
    from .installed_plugins import plugin_rules

    return plugin_rules(settings.plugins)


def check_module(facts: ModuleFacts, rules: Sequence[Rule], settings: Settings) -> Iterator[Diagnostic]:
    """Everything that rules find in one module."""
    path = facts.record.path
    for rule in rules:
        if settings.ignores_in(path, rule.code):
            continue
        if rule.code.startswith(_OWN):
            for finding in rule.check(facts):
                yield _diagnostic(rule, finding, facts)
        else:
            yield from _check_plugin(rule, facts)


def _check_plugin(rule: Rule, facts: ModuleFacts) -> Iterator[Diagnostic]:
    """What a plugin's rule finds; whatever goes wrong in it is told as its problem."""
    try:
        for finding in rule.check(facts):
            yield _diagnostic(rule, finding, facts)
    except Exception as error:
        from .installed_plugins import PluginError

        problem = f"{type(error).__name__}: {error}"
        raise PluginError(
            f"{facts.record.path}: the rule {rule.code} of a plugin failed: {problem}; report it to the plugin's "
            f"authors, or add `ignore = ['{rule.code}']`"
        ) from error


def syntax_diagnostic(path: Path, problem: UnparsableFile) -> Diagnostic:
    """The ADB001 of a file that cannot be parsed."""
    rule = _rule("ADB001")
    place = Range(problem.position, Position(problem.position.line, problem.position.column))
    return Diagnostic(rule.code, rule.name, problem.reason, rule.severity, path, place)


def with_suppressions(
    path: Path, text: str, found: Iterable[Diagnostic], settings: Settings, *, is_parsed: bool
) -> list[Diagnostic]:
    """A file's findings without those that its comments hide, and with what there is to say about the comments."""
    from .suppressions import WITHOUT_REASON, Suppressions, visible

    suppressions = Suppressions.of(path, text)
    left = visible(suppressions, found)
    # Where rules could not run, nothing is known of what their comments hide.
    if suppressions.all and is_parsed:
        rules = {rule.code: rule for rule in enabled_rules(settings) if not settings.ignores_in(path, rule.code)}
        shortest = int(rules[WITHOUT_REASON].option["min-length"]) if WITHOUT_REASON in rules else 0
        for remark in suppressions.remarks(rules.__contains__, shortest_reason=shortest):
            rule = rules[remark.code]
            left.append(
                Diagnostic(
                    rule.code, rule.name, remark.message, rule.severity, path, remark.range, remark.help, remark.fix
                )
            )
    return left


def _rule(code: str) -> Rule:
    return next(rule for rule in all_rules() if rule.code == code)


def _diagnostic(rule: Rule, finding: Finding, facts: ModuleFacts) -> Diagnostic:
    return Diagnostic(
        code=rule.code,
        name=rule.name,
        message=finding.message,
        severity=finding.severity or rule.severity,
        path=facts.record.path,
        range=facts.parsed.range_of(finding.node),
        help=finding.help,
        fix=_fix(finding),
        related=tuple(
            RelatedPlace(mention.module.path, mention.module.range_of(mention.node), mention.message)
            for mention in finding.mentions
        ),
    )


def _fix(finding: Finding) -> Fix | None:
    if finding.fix is None:
        return None
    from .fixes import PlanRefused, resolve

    try:
        with without_checks():
            plan = finding.fix()
        return resolve(plan) if plan is not None else None
    except PlanRefused:
        # The finding stands; only this cure cannot be written here (a name is taken, say).
        return None
