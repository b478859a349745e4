#!/usr/bin/env bash
# Runs the integration tests once on MongoDB in a container, started by Testcontainers: ops/container-its.sh [COUNT_FILE]
#
# Kafka runs in each test's JVM, as always. None run, or one JVM that ran on anything but a container, is a failure.
# Where no Docker engine runs or can be started, it says so and ends with status 77.
set -euo pipefail
cd "$(dirname "$0")/.."
. ops/docker/engine.sh

if ! engine_up; then
    echo "skipped: the integration tests on Testcontainers ($engine_missing)"
    exit 77
fi
containers() { docker ps -aq --filter label=org.testcontainers=true | sort; }
log=$(mktemp)
before=
finish() {
    status=$?
    trap - EXIT
    left=$(comm -13 <(printf '%s\n' "$before") <(containers))
    if [[ -n $left ]]; then
        # Without its reaper Testcontainers leaves what a killed JVM had started.
        echo "Containers were left over: $left"
        status=1
        ! engine_is_own || docker rm --force --volumes $left >/dev/null || true
    fi
    engine_down
    rm -f "$log"
    exit "$status"
}
trap finish EXIT
before=$(containers)
if engine_is_own && [[ -n $before ]]; then
    docker rm --force --volumes $before >/dev/null
    echo 'Containers of a run that was killed are removed'
    before=
fi
image_up mongo:8

# The reaper is one more image; and where this runs inside a container, the engine's ports are still on this host.
export TESTCONTAINERS_RYUK_DISABLED=true TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1
unset MONGODB_URI
mvn -B -ntp verify -pl testbed,catalog-service,session-service,reminder-service -am \
    -Dtest=None -Dsurefire.failIfNoSpecifiedTests=false -Dspotless.check.skip </dev/null >"$log" 2>&1 || {
    grep -E 'ERROR|FAIL|adhere-backends' "$log" | head -n 60
    exit 1
}
grep -o 'adhere-backends: .*' "$log" | sort | uniq -c
run=$(sed -n 's/^\[[A-Z]*\] Tests run: \([0-9]*\), Failures: [0-9]*, Errors: [0-9]*, Skipped: [0-9]*$/\1/p' "$log" |
    awk "{ n += \$1 } END { print n + 0 }")
on_others=$(grep -c 'adhere-backends: .* mongodb=\(real\|mongod\|in-jvm\)' "$log" || true)
on_container=$(grep -c 'adhere-backends: .* mongodb=container' "$log" || true)
echo "Integration tests on Testcontainers: $run run, $on_container test JVMs on a container, $on_others elsewhere"
[[ -z ${1:-} ]] || echo "$run" >"$1"
(($run > 0 && on_container > 0 && on_others == 0))
