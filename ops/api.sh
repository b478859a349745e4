#!/usr/bin/env bash
# Holds the API documents against the services: starts ./adhere up on a data folder and ports of its own, walks the main
# job once, lints every document, and lets tools of others look for answers and records that the documents do not have:
# ops/api.sh [PORT_OFFSET] [SEED]
set -euo pipefail
cd "$(dirname "$0")/.."

offset=${1:-2200}
seed=${2:-$RANDOM}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/adhere-ci/api
source ops/launcher.sh

for tool in npm python3; do
    command -v "$tool" >/dev/null || { echo "skipped: the API documents ($tool is missing)"; exit 77; }
done
mkdir -p "$cache"
cp ops/api/asyncapi.mjs ops/api/redocly.yaml "$cache/"
(
    cd "$cache"
    [[ -x node_modules/.bin/redocly && -d node_modules/@asyncapi/parser ]] ||
        npm install --silent --no-audit --no-fund @redocly/cli@2 @asyncapi/parser@3 >/dev/null
)
[[ -x $cache/venv/bin/schemathesis ]] || python3 -m venv "$cache/venv"
"$cache/venv/bin/python" -m pip install --quiet --disable-pip-version-check -r ops/api/requirements.txt

launch "$work/up.log" up --port-offset "$offset" --data "$work/data"
python3 ops/smoke.py --port-offset "$offset"

mkdir "$work/documents"
for service in catalog:8081 session:8082 reminder:8083; do
    curl -sf --retry 20 --retry-delay 1 "http://127.0.0.1:$((${service#*:} + offset))/v3/api-docs" |
        python3 -m json.tool >"$work/documents/${service%:*}.json"
done
document=$(realpath docs/asyncapi.yaml)
(
    cd "$cache"
    NO_COLOR=1 node_modules/.bin/redocly lint --config redocly.yaml "$work"/documents/*.json 2>"$work/lint.log" ||
        { cat "$work/lint.log"; exit 1; }
    echo '  ok      OpenAPI of the three services, by Redocly'
    node asyncapi.mjs "$document"
)
PATH=$cache/venv/bin:$PATH "$cache/venv/bin/python" ops/api/check.py --port-offset "$offset" \
    --documents "$work/documents" --seed "$seed"
