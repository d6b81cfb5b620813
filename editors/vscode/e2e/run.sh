#!/usr/bin/env bash
# Tests asyncdb-lint.vsix in a real VS Code, which is installed once and kept outside of the repository.
# PYTHON is an interpreter that has asyncdb-lint[lsp].
set -euo pipefail
cd "$(dirname "$0")"

kept=${XDG_CACHE_HOME:-$HOME/.cache}/asyncdb-lint/code-server
./install.sh "$kept"

rm -rf results
mkdir results
(cd python-extension && ../../node_modules/.bin/vsce package --no-dependencies --allow-missing-repository --skip-license --out ../results/python.vsix >/dev/null)

export CODE_SERVER=$kept/node_modules/code-server/out/node/entry.js
exec node --test --test-concurrency=1 --test-reporter=spec ./*.test.mjs
