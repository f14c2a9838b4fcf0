#!/bin/sh
# Backs the embedded database up, restores the file into a data dir of its own, and compares the two.
# sh docs/examples/drill.sh FILE NEW_DATA_DIR
set -eu
npx gerbang backup "$1"
mkdir "$2"
cp "${GERBANG_DATA_DIR:-.gerbang}/master.key" "$2/master.key"
GERBANG_DATA_DIR="$2" npx gerbang restore "$1"
