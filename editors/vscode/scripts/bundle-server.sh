#!/usr/bin/env bash
# Fills server/libs with asyncdb-lint and what it needs, as far as that is pure Python.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${PYTHON:-python3}
install() {
    "$python" -m pip install -qq --disable-pip-version-check --no-deps --no-compile --target server/libs "$@"
}

rm -rf server/libs
# The oldest Python is asked for, so that what only it needs is there, and nothing that it cannot run.
install --python-version 3.10 --platform any --implementation py --abi none --only-binary :all: --requirement server/requirements.txt
rm -rf server/libs/bin # console scripts name the interpreter of this machine
install ../..
rm -rf server/libs/bin

compiled=$(find server/libs -name '*.so' -o -name '*.pyd')
[ -z "$compiled" ] || { echo "error: not pure Python: $compiled" >&2; exit 1; }
