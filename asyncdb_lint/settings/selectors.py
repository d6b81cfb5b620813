"""Words that name rules: codes, prefixes, names and `ALL`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from asyncdb_lint.settings.model import SettingsError


def parse_selectors(text: Iterable[str], *, origin: str) -> tuple[str, ...]:
    """Turns codes, prefixes, rule names and `ALL`, also comma separated, into code prefixes."""
    items = tuple(text)
    parts = [part.strip() for item in items for part in item.split(",") if part.strip()]
    if items and not parts:
        # Nothing named would turn everything off: an empty variable of a script must not.
        raise SettingsError(f"{origin}: an empty word names no rule; write a code, a name or `ALL`")
    return tuple(_prefix(part, origin) for part in parts)


def rule_code(word: str, *, origin: str) -> str:
    """The code of the one rule that a code or name stands for."""
    code, *others = parse_selectors([word], origin=origin)
    if others:
        raise SettingsError(f"{origin}: `{word}` stands for several rules: {', '.join([code, *others])}")
    if code not in _rule_names():
        known = ", ".join(known for known in _rule_names() if code == "ALL" or known.startswith(code))
        raise SettingsError(f"{origin}: `{word}` stands for several rules: {known}")
    return code


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown word: the nearest known one, if there is one."""
    import difflib

    choices = list(known)
    for written in (word, word.upper()):
        found = difflib.get_close_matches(written, choices, n=3, cutoff=0.5)
        if found:
            # Codes differ by single characters: of those alike, the one with most of them in place is meant.
            return f"; did you mean `{max(found, key=lambda other: _likeness(written, other))}`?"
    return ""


def _rule_names() -> Mapping[str, str]:
    # Only a run that names rules looks for their pages.
    from asyncdb_lint.pages import rule_names

    return rule_names()


def _likeness(word: str, other: str) -> tuple[int, int]:
    """How many characters are in place, and how many before the first that is not."""
    same = [a == b for a, b in zip(word, other, strict=False)]
    return sum(same), same.index(False) if False in same else len(same)


def _prefix(selector: str, origin: str) -> str:
    names = _rule_names()
    if selector in names.values():
        return next(code for code, name in names.items() if name == selector)
    code = selector.upper()
    if code == "ALL" or any(known.startswith(code) for known in names):
        return code
    # Only a word that is unknown otherwise pays for looking at what is installed.
    from asyncdb_lint.installed_plugins import is_plugin_code

    if is_plugin_code(code):
        return code
    nearest = did_you_mean(selector, [*names, *names.values(), "ALL"])
    raise SettingsError(f"{origin}: unknown rule `{selector}`{nearest}")
