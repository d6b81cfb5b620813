#!/usr/bin/env bash
# Tests asyncdb-lint.vsix in a real VS Code, which is installed once and kept outside of the repository.
# PYTHON is an interpreter that has asyncdb-lint[lsp]; arguments are the files of the scenes to play, by default all.
set -euo pipefail
cd "$(dirname "$0")"

kept=${XDG_CACHE_HOME:-$HOME/.cache}/asyncdb-lint/code-server
export CODE_SERVER=$kept/node_modules/code-server/out/node/entry.js
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT

install_extensions() { # FOLDER VSIX...
    local folders=(--extensions-dir "$PWD/results/extensions/$1" --user-data-dir "$home/data" --config "$home/config.yaml")
    mkdir -p "results/extensions/$1"
    HOME=$home EXTENSIONS_GALLERY='{"serviceUrl": ""}' "$kept/node" "$CODE_SERVER" "${folders[@]}" "${@:2}" >results/install.log 2>&1 || {
        cat results/install.log >&2
        exit 1
    }
}

./install.sh "$kept"

rm -rf results
mkdir results
(cd python-extension && ../../node_modules/.bin/vsce package --no-dependencies --allow-missing-repository --skip-license --out ../results/python.vsix >/dev/null)
echo 'auth: none' >"$home/config.yaml"
install_extensions alone --install-extension ../asyncdb-lint.vsix
install_extensions with-python --install-extension ../asyncdb-lint.vsix --install-extension results/python.vsix

[ $# -gt 0 ] || set -- ./*.test.mjs
"$kept/node" --test --test-concurrency=1 --test-reporter=spec "$@"
