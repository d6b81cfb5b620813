"""What this linter is made of, and where it keeps what it has found; told with hardly any imports."""

from __future__ import annotations

import functools
import os
import sys
from importlib.util import find_spec

from asyncdb_lint import __version__


def cache_folder() -> str:
    """Where caches lie unless somebody says otherwise: `ASYNCDB_LINT_CACHE_DIR`, or the user's folder for caches."""
    asked = os.environ.get("ASYNCDB_LINT_CACHE_DIR")
    if asked:
        return asked
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local")
    elif sys.platform == "darwin":
        base = os.path.join(home, "Library", "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    return os.path.join(base, "asyncdb-lint")


@functools.cache
def linter_text() -> str:
    """What the linter itself is made of: its files and those of the libraries that it reads code with."""
    parts = [__version__, sys.version]
    for name in ("libcst", "sqlglot"):
        spec = find_spec(name)
        if spec is not None and spec.origin is not None:
            parts.append(f"{spec.origin} {os.stat(spec.origin).st_mtime_ns}")
    pending = [os.path.dirname(__file__)]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
                elif entry.name.endswith((".py", ".pyi")):
                    status = entry.stat()
                    parts.append(f"{entry.path} {status.st_mtime_ns} {status.st_size}")
    return "\n".join(sorted(parts))
