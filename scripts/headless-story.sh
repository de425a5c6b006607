#!/usr/bin/env bash
# The main job without a window: sign in, send, let the token expire, send again. Everything happens on this machine, in
# a temporary folder, against the built-in playground.     headless-story.sh PATH-OF-GATEPASS
set -euo pipefail

gatepass=$1
lifetime=6 # seconds that a token lives here
here=$(cd "$(dirname "$0")" && pwd)
cd "$here" # BROWSER is split on white space, so it names the script without its folder

home=$(mktemp -d)
playground=
trap '[ -z "$playground" ] || kill "$playground" 2>/dev/null || true; rm -rf "$home"' EXIT
export GATEPASS_DATA_DIR=$home/data GATEPASS_KEY_STORE=file BROWSER="node sign-in.mjs"

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
show() { node -e 'const token = JSON.parse(require("fs").readFileSync(0, "utf8")); eval(process.argv[1])' "$1"; }

say "1. A provider and an API come up on 127.0.0.1; their tokens live $lifetime seconds"
"$gatepass" playground --lifetime "$lifetime" >"$home/playground.out" &
playground=$!
for _ in $(seq 200); do
  grep -q '^READY ' "$home/playground.out" && break
  kill -0 "$playground" || exit 1
  sleep 0.05
done
ready=$(sed -n 's/^READY //p' "$home/playground.out")
[ -n "$ready" ] || { echo "the playground did not come up" >&2; exit 1; }
issuer=$(node -p 'JSON.parse(process.argv[1]).issuer' "$ready")
api=$(node -p 'JSON.parse(process.argv[1]).api' "$ready")
echo "   issuer $issuer, API $api"

# A collection as Postman would export it. What Postman has no key for stands beside its own keys as gatepass.<name>.
cat >"$home/photos.json" <<JSON
{
  "info": { "name": "Photos", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
  "auth": { "type": "oauth2", "oauth2": [
    { "key": "grant_type", "value": "authorization_code_with_pkce" },
    { "key": "gatepass.issuer", "value": "$issuer" },
    { "key": "clientId", "value": "playground" },
    { "key": "scope", "value": "openid offline_access photos.read" },
    { "key": "client_authentication", "value": "body" }
  ] },
  "item": [ { "name": "List photos", "request": { "method": "GET", "url": "$api/photos" } } ]
}
JSON
"$gatepass" import "$home/photos.json"

say "2. Alice signs in (a script plays her: there is no screen here), and the ID token is checked"
"$gatepass" token get Photos --json >"$home/first.json"
show 'for (const step of token.flow) console.log(`   ${step.result.padEnd(8)} ${step.step}`);
      console.log("");
      for (const check of token.id_token_checks) console.log(`   ${check.result.padEnd(8)} ${check.check}: ${check.detail}`);
      console.log(`\n   status ${token.status}, expires ${token.expires_at}`);' <"$home/first.json"

say "3. A request with that token"
"$gatepass" send Photos "List photos"
echo

say "4. The token expires, and nobody does anything"
sleep $((lifetime + 1))
"$gatepass" token show Photos --json | show 'console.log(`   status ${token.status}`)'

say "5. The same request again: the token renews itself first"
"$gatepass" send Photos "List photos" --json >"$home/second.json"
show 'console.log(`   HTTP ${token.status}, refreshed: ${token.auth.refreshed}`);
      if (token.status !== 200 || token.auth.refreshed !== true) process.exit(1);' <"$home/second.json"
"$gatepass" token show Photos --json >"$home/renewed.json"
show 'console.log(`   status ${token.status}, expires ${token.expires_at}`)' <"$home/renewed.json"

say "That is the main job. On a machine with a screen, make run opens the window."
