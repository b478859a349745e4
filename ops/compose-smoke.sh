#!/usr/bin/env bash
# Brings docker-compose.yml up as it is, walks the main job on it (smoke.py), signs in with a browser as a coach and as a
# user (browser/compose.py; pictures are left in target/browser), walks once more after a restart on the kept volumes, and
# takes everything down: ops/compose-smoke.sh
#
# Where no image registry answers, stand-in images take the official names (ops/docker/standins.sh); what they are, and
# what only a stub saw, is printed. Where no Docker engine runs or can be started, it says so and ends with status 77.
set -euo pipefail
cd "$(dirname "$0")/.."
. ops/docker/engine.sh
. ops/browser/tools.sh

token_url=http://localhost:9000/realms/adhere/protocol/openid-connect/token
wait_seconds=600
jre=eclipse-temurin:25-jre
is_up=

began=$SECONDS
stage_began=$SECONDS
took() {
    printf -- '-- %s: %d s\n' "$1" $((SECONDS - stage_began))
    stage_began=$SECONDS
}

export ADHERE_TRACES=true
everything() { compose --profile observe "$@"; }

# Says what it said only if it failed.
quietly() {
    local said
    said=$("$@" 2>&1) || {
        printf '%s\n' "$said"
        return 1
    }
}
up_and_healthy() { quietly everything up --detach --wait --wait-timeout "$wait_seconds" --no-build; }

containers() { docker ps -aq --filter label=com.docker.compose.project=adhere; }
volumes() { docker volume ls -q | sort; }

finish() {
    status=$?
    trap - EXIT
    if [[ -n $is_up ]]; then
        if ((status != 0)); then
            everything logs --tail 40 || true
            everything ps -a || true
        fi
        everything down --volumes --remove-orphans >/dev/null 2>&1 || status=1
        left="$(containers) $(comm -13 <(printf '%s\n' "$volumes_before") <(volumes))"
        if [[ -n ${left// /} ]]; then
            echo "Containers or volumes were left over: $left"
            status=1
        fi
        took 'down'
    fi
    engine_down
    if ((status == 0)); then
        printf 'Compose: all of it took %d s\n' $((SECONDS - began))
    fi
    exit "$status"
}

if ! engine_up; then
    echo "skipped: the smoke journey on Docker Compose ($engine_missing)"
    exit 77
fi
trap finish EXIT
# Where an engine runs, nothing is skipped any more.
compose_up || {
    echo "$engine_missing: install the plug-in docker compose, or Go"
    exit 1
}
printf 'Docker engine %s%s, Compose %s\n' "$(docker version --format '{{.Server.Version}}')" \
    "$(engine_is_own && echo ', started for this' || true)" "$(compose version --short)"
volumes_before=$(volumes)
if [[ -n $(containers) ]]; then
    echo 'Adhere is already up on this engine; this would take it down. Stop it first: docker compose down'
    exit 1
fi
took 'engine'

python3 ops/keycloak/realm.py --check
everything config --quiet
for tool in promtool:prometheus npm:npm; do
    command -v "${tool%%:*}" >/dev/null || {
        echo "${tool%%:*} is missing: install ${tool##*:}"
        exit 1
    }
done
browser_tools "$cache/browser" || {
    echo "$browser_missing"
    exit 1
}
promtool check config ops/prometheus/prometheus.yml
promtool test rules ops/prometheus/alerts_test.yml
mkdir -p "$cache/dashboards"
cp ops/grafana/check.mjs "$cache/dashboards/"
dashboards=$(realpath ops/grafana/dashboards/*.json)
(
    cd "$cache/dashboards"
    [[ -d node_modules/@grafana/schema ]] ||
        npm install --silent --no-audit --no-fund @grafana/schema@13 ts-json-schema-generator@2 ajv@8 >/dev/null
    DATASOURCES=prometheus,jaeger node check.mjs $dashboards
)
took 'files'

./adhere build
took 'jars'

for image in "$jre" $(everything config --images | grep -v '^adhere/' | sort); do
    image_up "$image"
done
took 'images'

is_up=yes
quietly everything build
took 'build of our images'
up_and_healthy
everything ps --format 'table {{.Service}}\t{{.Image}}\t{{.Status}}'
took 'up --wait'

python3 ops/care-team.py --token-url "$token_url"
python3 ops/readme.py --compose
python3 ops/smoke.py --token-url "$token_url" --prometheus-url http://localhost:9090
python3 ops/observe.py
for port in 9081 9082 9083 9092 27017; do
    if (exec 3<>/dev/tcp/127.0.0.1/$port) 2>/dev/null; then
        echo "Port $port is open outside the inner network"
        exit 1
    fi
done
echo '  ok      management ports, Kafka and MongoDB are not to be reached from outside'
took 'journey'

"$python" ops/browser/compose.py --chromium "$chromium" --axe "$axe" --shots target/browser
took 'journey in a browser'

everything down >/dev/null 2>&1
up_and_healthy
python3 ops/smoke.py --token-url "$token_url" --prometheus-url http://localhost:9090
took 'journey after down and up on the kept volumes'

echo 'What it ran on:'
stubs=
for image in "$jre" $(everything config --images | sort); do
    kind=official
    [[ $image != adhere/* ]] || kind='built here'
    [[ $(docker image inspect -f '{{index .Config.Labels "standin"}}' "$image") != 1 ]] || kind=${kind/official/stand-in}
    if [[ $(docker image inspect -f '{{index .Config.Labels "stub"}}' "$image") == 1 ]]; then
        kind=stub
        stubs+=" $image"
    fi
    printf '  %-42s %s\n' "$image" "$kind"
done
[[ -z $stubs ]] || echo "Only a stub saw the files that are mounted into$stubs"
