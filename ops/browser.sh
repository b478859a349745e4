#!/usr/bin/env bash
# Signs in to ./adhere demo with a real browser, to the dashboard as a coach and to the page for users as one, walks
# through every page, and asks axe-core what is wrong with each. Screenshots (light, dark, phone) are left in
# target/browser, or in the folder given.
# Needs npm, Python 3 and Chromium; exits 77 where a browser cannot be had.
set -uo pipefail
cd "$(dirname "$0")/.."
. ops/browser/tools.sh

offset=${ADHERE_PORT_OFFSET:-4000}
shots=${1:-target/browser}
work=$(mktemp -d)
trap '[[ -z ${demo:-} ]] || { kill "$demo" 2>/dev/null; wait "$demo" 2>/dev/null; }; rm -rf "$work"' EXIT

browser_tools "$work" || {
    echo "$browser_missing"
    exit 77
}

: >"$work/demo.log"
./adhere demo --port-offset "$offset" --data "$work/data" >"$work/demo.log" 2>&1 &
demo=$!
for _ in $(seq 600); do
    grep -q '^READY' "$work/demo.log" && break
    kill -0 "$demo" 2>/dev/null || break
    sleep 1
done
grep -q '^READY' "$work/demo.log" || { tail -n 40 "$work/demo.log"; exit 1; }

mkdir -p "$shots"
failed=0
for journey in journey user; do
    "$python" "ops/browser/$journey.py" --chromium "$chromium" --axe "$axe" --offset "$offset" --shots "$shots" || failed=1
done
exit "$failed"
