#!/usr/bin/env bash
# Says what to install when Rust or Node is missing or too old. Everything else is installed by `make setup`.
set -euo pipefail

RUST=1.95
NODE=20.19
bad=0

at_least() { # at_least WANTED FOUND
  [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]
}

need() { # need NAME WANTED FOUND ADVICE
  if [ -z "$3" ]; then
    printf '%s %s or newer is needed, and there is none here.\n  %s\n' "$1" "$2" "$4" >&2
    bad=1
  elif ! at_least "$2" "$3"; then
    printf '%s %s or newer is needed; this is %s.\n  %s\n' "$1" "$2" "$3" "$4" >&2
    bad=1
  fi
}

rust=$(rustc --version 2>/dev/null | cut -d ' ' -f 2 || true)
node=$(node --version 2>/dev/null | tr -d v || true)
need Rust "$RUST" "$rust" "Install it with rustup (https://rustup.rs), or run: rustup update stable"
need Node.js "$NODE" "$node" "Install it from https://nodejs.org, or with your system's packages (nodejs and npm)"
command -v npm >/dev/null || need npm 10 "" "It comes with Node.js; Debian has it as the package npm"
exit "$bad"
