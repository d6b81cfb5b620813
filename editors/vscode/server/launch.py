"""Says whether an interpreter can run the language server, and runs it.

    launch.py probe    prints what this interpreter has, as JSON
    launch.py serve    runs the server over stdio
    launch.py install  installs LibCST into the folder of --storage

Without options the server is the one of the interpreter's environment. With --bundle it is the one that the extension
brings along in that folder. LibCST is compiled for each platform and cannot be brought along: it comes from the folder
of --storage, or from the environment.

This is a script, not `python -m`, so that nothing in the workspace's folder is importable by accident. It must be
readable for Pythons that are too old to run the server, to say so.
"""

import argparse
import importlib.util
import json
import platform
import subprocess
import sys
import sysconfig
from pathlib import Path

OLDEST_PYTHON = (3, 10)
LIBCST = "libcst>=1.5,<2"


def main():
    """Does what the arguments ask for and returns the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("action", choices=("probe", "serve", "install"))
    parser.add_argument("--bundle")
    parser.add_argument("--storage")
    options = parser.parse_args()
    compiled = options.storage and str(Path(options.storage, _platform()))
    for folder in (compiled, options.bundle):
        if folder:
            sys.path.insert(0, folder)
    if options.action == "probe":
        json.dump(_probe(), sys.stdout)
        return 0
    if options.action == "install":
        command = ["-m", "pip", "install", "--upgrade", "--only-binary", ":all:", "--target", compiled, LIBCST]
        # In this folder, for "-m" makes the current one importable.
        return subprocess.call([sys.executable, *command], cwd=Path(__file__).parent)  # noqa: S603 - no part is foreign
    return _serve()


def _platform():
    # A compiled package fits one version of Python on one platform.
    return f"{sys.implementation.cache_tag}-{sysconfig.get_platform()}"


def _probe():
    found = {"python": platform.python_version(), "supported": sys.version_info >= OLDEST_PYTHON}
    if not found["supported"] or not _has("asyncdb_lint"):
        return dict(found, version=None, missing=[])
    from asyncdb_lint import __version__

    needed = ("asyncdb_lint.server", "pygls", "libcst")
    return dict(found, version=__version__, missing=[name for name in needed if not _has(name)])


def _has(module):
    return importlib.util.find_spec(module) is not None


def _serve():
    from asyncdb_lint.cli import main as command_line

    sys.argv = ["asyncdb-lint", "server"]
    return command_line()


if __name__ == "__main__":
    sys.exit(main())
