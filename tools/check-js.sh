#!/bin/sh
# Checks the types of the web page's modules. TypeScript is only for that and is kept beside Python's tools.
set -eu
cd "$(dirname "$0")/.."
version=5.9.3
folder=.venv/js
if ! command -v npm >/dev/null; then
    echo "the web page's modules are not checked: npm is not there" >&2
    exit 0
fi
if [ ! -e "$folder/typescript-$version" ]; then
    npm install --silent --no-audit --no-fund --no-save --prefix "$folder" "typescript@$version"
    touch "$folder/typescript-$version"
fi
exec "$folder/node_modules/.bin/tsc" --project syncfile/faces/web/tsconfig.json
