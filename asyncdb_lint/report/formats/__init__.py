"""The output formats, one module each, found by its name: `json_lines` is `json-lines`.

A module has `render(report)`, which gives text for programs or styled lines for people, and where counts have a place
in the format `statistics(report)`, which gives the same for counts. Whatever is shown comes from the linted project:
each format escapes what its reader would obey.
"""

from __future__ import annotations

import os

DEFAULT = "full"


def format_names() -> tuple[str, ...]:
    """The names of all formats; none is imported for it."""
    # Not by `pkgutil`, whose import costs every run more than this.
    modules = (name.partition(".")[0] for folder in __path__ for name in os.listdir(folder) if ".py" in name)  # noqa: PTH208
    return tuple(sorted({name.replace("_", "-") for name in modules if not name.startswith("_")}))
