"""Readers of the formats that have no parser of their own on PyPI, written after what the services document."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """A command in the log of a CI service."""

    name: str
    properties: dict[str, str]
    message: str


def github_commands(log: str) -> list[Command]:
    """What a runner of GitHub Actions obeys: `::name key=value,...::message` at the start of a line."""
    found: list[Command] = []
    for line in log.splitlines():
        start = line.lstrip()
        head, separator, message = start[2:].partition("::")
        if start.startswith("::") and separator:
            name, _, given = head.partition(" ")
            properties = dict(pair.partition("=")[::2] for pair in given.split(",") if pair)
            found.append(
                Command(
                    name,
                    {key: _github(value, of_property=True) for key, value in properties.items()},
                    _github(message, of_property=False),
                )
            )
        # The old form, which may stand anywhere in a line.
        elif old := re.search(r"##\[([^\]]*)\](.*)", line):
            found.append(Command(old[1], {}, old[2]))
    return found


def azure_commands(log: str) -> list[Command]:
    """What an agent of Azure Pipelines obeys: `##vso[area.action key=value;...]message` anywhere in a line."""
    found: list[Command] = []
    for line in log.splitlines():
        start = line.lower().find("##vso[")
        end = line.find("]", start)
        if start < 0 or end < 0:
            continue
        name, _, given = line[start + 6 : end].partition(" ")
        properties = dict(pair.partition("=")[::2] for pair in given.split(";") if pair)
        found.append(Command(name, {key: _azure(value) for key, value in properties.items()}, _azure(line[end + 1 :])))
    return found


def _github(text: str, *, of_property: bool) -> str:
    text = text.replace("%0D", "\r").replace("%0A", "\n")
    if of_property:
        text = text.replace("%3A", ":").replace("%2C", ",")
    return text.replace("%25", "%")


def _azure(text: str) -> str:
    for escape, character in (("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%AZP25", "%")):
        text = text.replace(escape, character)
    return text
