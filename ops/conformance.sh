#!/usr/bin/env bash
# Takes the cases of docs/adherence.md to running services: starts ./adhere up just after each of the instants that cases
# name and lets conformance/run.py walk them, and once with a case that is wrong, which must be found:
# ops/conformance.sh [PORT_OFFSET]
set -euo pipefail
cd "$(dirname "$0")/.."

offset=${1:-2400}
source ops/launcher.sh

# The instants that cases name, each of which needs clocks of its own.
mapfile -t instants < <(grep -ho '"asOf": "[^"]*"' conformance/cases/*.json | cut -d '"' -f 4 | sort -u)
first=yes
for instant in "${instants[@]}"; do
    launch "$work/up.log" up --now "$instant" --port-offset "$offset" --data "$work/data-${instant//:/}"
    # All cases on the first start, and on each what holds only then.
    names=()
    if [[ -z $first ]]; then
        while read -r name; do names+=(--case "$name"); done < <(python3 - "$instant" <<'PY'
import glob, json, sys
for file in glob.glob("conformance/cases/*.json"):
    print(*(c["name"] for c in json.load(open(file))["cases"] if c.get("asOf") == sys.argv[1]), sep="\n", end="")
    print()
PY
        )
    fi
    python3 conformance/run.py --port-offset "$offset" "${names[@]}"
    if [[ -n $first ]]; then
        mkdir "$work/wrong"
        python3 - "$work/wrong" <<'PY'
import json, pathlib, sys
file = json.loads(pathlib.Path("conformance/cases/vectors.json").read_text())
case = next(c for c in file["cases"] if c["name"] == "V12")
case["steps"][0]["expect"]["a7"]["value"] = 66.6
(pathlib.Path(sys.argv[1]) / "wrong.json").write_text(json.dumps({**file, "cases": [case]}))
PY
        if python3 conformance/run.py --port-offset "$offset" --cases "$work/wrong" --wait 20 >"$work/wrong.log"; then
            echo 'A wrong figure was not found.'
            exit 1
        fi
        grep -q 'a7.value should be 66.6 and is 66.7' "$work/wrong.log"
        echo 'A case with a wrong figure fails, as it should.'
    fi
    first=
    stop
done
