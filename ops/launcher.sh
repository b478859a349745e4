# Sourced by scripts that try ./adhere from outside: starts it and waits until it is ready, and stops it whatever happens.
# $work is a folder that is gone afterwards.

work=$(mktemp -d)
launcher=

# launch LOG ARGUMENT...: fails where it ends or is not ready in time.
launch() {
    local log=$1
    shift
    ./adhere "$@" >"$log" 2>&1 &
    launcher=$!
    for _ in $(seq "${ADHERE_READY_WITHIN:-900}"); do
        grep -q '^READY' "$log" && return
        kill -0 "$launcher" 2>/dev/null || return 1
        sleep 1
    done
    return 1
}

stop() {
    if [[ -n $launcher ]] && kill -0 "$launcher" 2>/dev/null; then
        kill "$launcher"
        for _ in $(seq 90); do
            kill -0 "$launcher" 2>/dev/null || break
            sleep 1
        done
        kill -9 "$launcher" 2>/dev/null || true
    fi
    launcher=
}

finish() {
    local status=$?
    if ((status != 0)); then
        tail -n 40 "$work"/*.log 2>/dev/null || true
        grep -h -A 5 '"level":"ERROR"' "$work"/data*/logs/*-service.log 2>/dev/null | cut -c 1-2000 | tail -n 30 || true
    fi
    stop
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT
