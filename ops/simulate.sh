#!/usr/bin/env bash
# Lets invented people live a year with the real fold, before a witness that knows the rules: ops/simulate.sh [--users N]
# [--days N] [--first N] [--seed S]. 10,000 people and 365 days take most of an hour on two cores; slices of it with
# --first. Needs a JDK 25 (JAVA_HOME, or the one on the PATH) and Maven.
set -euo pipefail
cd "$(dirname "$0")/.."

mvn -q -B -ntp -DskipTests -Dspotless.check.skip test-compile dependency:build-classpath -pl reminder-service -am \
    -Dmdep.outputFile=target/test-classpath
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
cd reminder-service
exec "$java" -Xmx2g -cp "target/test-classes:target/classes:$(<target/test-classpath)" dev.adhere.reminder.SimulatedYear "$@"
