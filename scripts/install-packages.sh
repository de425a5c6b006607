#!/usr/bin/env bash
# Installs the Debian packages that are missing:   install-packages.sh build|test
#   build: what the window is compiled and linked with      test: also what its tests are driven by
# Does nothing, quickly, when everything is there.
set -euo pipefail

build=(build-essential pkg-config libwebkit2gtk-4.1-dev libgtk-3-dev librsvg2-dev)
tests=(webkit2gtk-driver xvfb xauth dbus dbus-x11 gnome-keyring libsecret-tools fonts-dejavu-core chromium chromium-driver openssl sqlite3 xdotool)

wanted=("${build[@]}")
[ "${1:-build}" = test ] && wanted+=("${tests[@]}")

if [ "$(uname)" != Linux ]; then
  exit 0 # WebKit is part of the system elsewhere
fi
if ! command -v dpkg-query >/dev/null; then
  pkg-config --exists webkit2gtk-4.1 2>/dev/null && exit 0
  printf 'This is not Debian. Please install what these Debian packages are called here:\n  %s\n' "${wanted[*]}" >&2
  exit 1
fi

missing=()
for package in "${wanted[@]}"; do
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
  if ! command -v sudo >/dev/null; then
    printf 'These packages are missing; please install them as root:\n  apt-get install --no-install-recommends %s\n' "${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

printf 'Installing %s\n' "${missing[*]}"
# An archive folder of our own: some images empty the usual one whenever any apt or dpkg run ends, also another one's.
archives=$(mktemp -d)
trap 'rm -rf "$archives"' EXIT
mkdir "$archives/partial"
options=(-q -y --no-install-recommends
  -o "Dir::Cache::archives=$archives" -o APT::Sandbox::User=root
  -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 update
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" install "${missing[@]}"
