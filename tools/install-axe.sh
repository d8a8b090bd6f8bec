#!/bin/sh
# Installs what checks the web page for those who see, hear or move otherwise. It is only for that, as Python's tools are.
set -eu
cd "$(dirname "$0")/.."
version=4.11.0
folder=.venv/js
if ! command -v npm >/dev/null; then
    echo "npm is missing, which brings axe-core" >&2
    exit 1
fi
[ -e "$folder/axe-core-$version" ] && exit 0
npm install --silent --no-audit --no-fund --no-save --prefix "$folder" "axe-core@$version"
touch "$folder/axe-core-$version"
