#!/usr/bin/env bash
# Starts ./adhere up on a data folder and ports of its own, runs the README's lines (readme.py), walks the main job
# (smoke.py), starts it once more on the same data, and stops everything: ops/smoke.sh [PORT_OFFSET]
set -euo pipefail
cd "$(dirname "$0")/.."

offset=${1:-2000}
source ops/launcher.sh

up() {
    launch "$1" up --port-offset "$offset" --data "$work/data"
    grep -E '^Built|MongoDB|^Started|^READY' "$1"
}

up "$work/up-1.log"
python3 ops/readme.py --port-offset "$offset"
python3 ops/smoke.py --port-offset "$offset"
stop
up "$work/up-2.log"
python3 ops/smoke.py --port-offset "$offset"
stop

left=$(pgrep -f -- "$work/data" || true)
if [[ -n $left ]]; then
    echo "Processes were left over: $left"
    exit 1
fi
