#!/usr/bin/env bash
# Runs a command on a virtual screen with a runtime folder of its own:   with-display.sh COMMAND…
# Window tests always get one, so that they look the same everywhere and do not get in the way on a desktop.
set -euo pipefail

XDG_RUNTIME_DIR=$(mktemp -d)
trap 'rm -rf "$XDG_RUNTIME_DIR"' EXIT
chmod 700 "$XDG_RUNTIME_DIR"
export XDG_RUNTIME_DIR
export NO_AT_BRIDGE=1
xvfb-run -a -s "-screen 0 1440x900x24 -nolisten tcp" "$@"
