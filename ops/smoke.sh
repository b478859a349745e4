#!/usr/bin/env bash
# Starts ./adhere up on a data folder and ports of its own, runs the README's lines (readme.py), walks the main job
# (smoke.py), starts it once more on the same data, and stops everything: ops/smoke.sh [PORT_OFFSET]
set -euo pipefail
cd "$(dirname "$0")/.."

offset=${1:-2000}
ready_within=${ADHERE_READY_WITHIN:-900}
work=$(mktemp -d)
launcher=

stop() {
    if [[ -n $launcher ]] && kill -0 "$launcher" 2>/dev/null; then
        kill "$launcher"
        for _ in $(seq 60); do
            kill -0 "$launcher" 2>/dev/null || break
            sleep 1
        done
        kill -9 "$launcher" 2>/dev/null || true
    fi
    launcher=
}

finish() {
    status=$?
    if ((status != 0)); then
        cat "$work"/up*.log 2>/dev/null || true
        tail -n 30 "$work"/data/logs/*.log 2>/dev/null || true
    fi
    stop
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT

# up LOG: the pid in $launcher once the stack is ready
up() {
    ./adhere up --port-offset "$offset" --data "$work/data" >"$1" 2>&1 &
    launcher=$!
    for _ in $(seq "$ready_within"); do
        grep -q '^READY' "$1" && break
        kill -0 "$launcher" 2>/dev/null || return 1
        sleep 1
    done
    grep -q '^READY' "$1" || return 1
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
