# To be sourced: a Docker engine and Compose v2, also on a machine that has neither and reaches no image registry.
#
#   engine_up    an engine answers; one that had to be started is our own, with its data in $engine and nowhere else
#   compose_up   there is a Compose v2: the plug-in, else a build from the Go module proxy, kept in $cache
#   compose ...  calls it
#   image_up     an image is here: pulled, else a stand-in (standins.sh), which $made then lists
#   engine_down  stops what engine_up started, and puts the machine's network back as it was
#
# engine_missing says why the first or the second failed.

engine_scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/adhere-ci
engine=$cache/engine
engine_missing=
compose_version=v2.40.3
compose_command=()

# go_tool NAME MODULE FOLDER VERSION [LDFLAGS]: prints the path of the program. `go install` refuses modules with
# replace directives, so this builds out of the module cache.
go_tool() {
    local name=$1 module=$2 folder=$3 version=$4 flags=${5:-} source tree
    local program=$cache/go-tools/$name-$version
    if [[ ! -x $program ]]; then
        source=$(GOFLAGS= go mod download -json "$module@$version" |
            python3 -c 'import json, sys; print(json.load(sys.stdin)["Dir"])') || return 1
        tree=$(mktemp -d)
        cp -r "$source/." "$tree"
        chmod -R u+w "$tree"
        mkdir -p "$(dirname "$program")"
        (cd "$tree" && CGO_ENABLED=0 GOFLAGS= GOWORK=off \
            go build -mod=mod -trimpath -ldflags "-s -w $flags" -o "$program" "./$folder") >&2 || return 1
        rm -rf "$tree"
    fi
    printf '%s\n' "$program"
}

compose() { "${compose_command[@]}" "$@"; }

engine_up() {
    if ! command -v docker >/dev/null; then
        engine_missing='no docker command'
        return 1
    fi
    docker info >/dev/null 2>&1 || engine_own
}

compose_up() {
    if docker compose version >/dev/null 2>&1; then
        compose_command=(docker compose)
    elif command -v go >/dev/null && compose_command=("$(go_tool docker-compose github.com/docker/compose/v2 cmd \
        $compose_version "-X github.com/docker/compose/v2/internal.Version=$compose_version")"); then
        docker buildx version >/dev/null 2>&1 || export DOCKER_BUILDKIT=0
    else
        engine_missing='Compose v2 is neither here nor can it be built'
        return 1
    fi
}

# The first "no" of a registry counts for all images.
registry=
made=()
image_up() {
    docker image inspect "$1" >/dev/null 2>&1 && return
    if [[ $registry != none ]] && timeout 600 docker pull --quiet "$1" >/dev/null 2>&1; then
        return
    fi
    registry=none
    made+=("$1")
    "$engine_scripts/standins.sh" "$1" 2>&1 |
        { grep -v -e DEPRECATED -e 'BuildKit is' -e environment-variable -e '^.\{0,12\}$' || true; }
}

engine_own() {
    if ! command -v dockerd >/dev/null || ((EUID != 0)); then
        engine_missing='no Docker engine answers, and none can be started (that needs dockerd and root)'
        return 1
    fi
    mkdir -p "$engine"
    export DOCKER_HOST=unix://$engine/docker.sock
    # What a killed run has left is taken over, and taken down at the end.
    [[ -s $engine/network ]] || network_of_now >"$engine/network"
    if docker info >/dev/null 2>&1; then
        engine_pid=$(<"$engine/docker.pid")
        return
    fi
    setsid dockerd --host "$DOCKER_HOST" --data-root "$engine/data" --exec-root "$engine/exec" \
        --pidfile "$engine/docker.pid" >"$engine/dockerd.log" 2>&1 </dev/null &
    engine_pid=$!
    for _ in $(seq 30); do
        docker info >/dev/null 2>&1 && break
        kill -0 "$engine_pid" 2>/dev/null || break
        sleep 1
    done
    if ! docker info >/dev/null 2>&1; then
        engine_missing="dockerd does not start: $(tail -n 1 "$engine/dockerd.log")"
        engine_down
        return 1
    fi
    # Containers of this engine talk to each other and to this machine, to nobody else.
    engine_out=$(ip -o route show default | sed -n 's/.* dev \([^ ]*\).*/\1/p' | head -n 1)
    [[ -z $engine_out ]] || iptables -I DOCKER-USER -o "$engine_out" -j REJECT
}

# The rules of the packet filter, whether packets are forwarded, and the bridges: an engine leaves them behind.
network_of_now() {
    iptables-save
    printf '# forward %s\n' "$(</proc/sys/net/ipv4/ip_forward)"
    bridges | sed 's/^/# bridge /'
}
bridges() { ip -o link show type bridge | sed 's/^[0-9]*: \([^:@]*\).*/\1/' | sort; }

network_as_before() {
    local before=$engine/network bridge table
    [[ -s $before ]] || return 0
    for bridge in $(comm -13 <(sed -n 's/^# bridge //p' "$before") <(bridges)); do
        ip link delete "$bridge"
    done
    for table in $(iptables-save | sed -n 's/^\*//p'); do
        grep -q "^\*$table" "$before" && continue
        iptables -t "$table" -F && iptables -t "$table" -X
        [[ $table != filter ]] || iptables -P FORWARD ACCEPT
    done
    iptables-restore <"$before" && sed -n 's/^# forward //p' "$before" >/proc/sys/net/ipv4/ip_forward && rm "$before"
}

engine_is_own() { [[ -n ${engine_pid:-} ]]; }

engine_down() {
    if ! engine_is_own; then
        # Somebody else's engine keeps no image that only looks official.
        ((${#made[@]} == 0)) || docker image rm "${made[@]}" >/dev/null 2>&1 || true
        return 0
    fi
    kill "$engine_pid" 2>/dev/null || true
    for _ in $(seq 30); do
        kill -0 "$engine_pid" 2>/dev/null || break
        sleep 1
    done
    kill -9 "$engine_pid" 2>/dev/null || true
    network_as_before || echo "The network is not as it was before: $engine/network" >&2
    engine_pid=
    unset DOCKER_HOST
}
