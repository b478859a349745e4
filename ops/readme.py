#!/usr/bin/env python3
"""Runs the curl lines of the README exactly as they stand there, and looks at what they print: python3 ops/readme.py.

With --port-offset N they reach a stack on other ports all the same, by a `curl` on the PATH that knows where it is. With
--compose the function `token` is the one of the README's section on Docker Compose. Needs bash, curl, Python 3.9 and a
stack on which user-001 has no plan yet and nobody wrote a wall sit.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

README = pathlib.Path(__file__).resolve().parent.parent / "README.md"
PORTS = (8081, 8082, 8083, 9000)
WAIT_SECONDS = 60
# Every refusal ends the shell; what it was is on its standard error.
# A service that asks to come again is asked again.
CURL = """#!/bin/sh
said=$(mktemp) body=$(mktemp)
trap 'rm -f "$said" "$body"' EXIT
case " $* " in *" @- "*) cat >"$said" ;; esac
for again in 1 2 4 8 16 32 0; do
    status=$({curl} --fail-with-body --max-time 60 {ports} -o "$body" -w '%{{http_code}}' "$@" <"$said")
    failed=$?
    [ "$status" = 503 ] && [ $again != 0 ] || break
    sleep $again
done
cat "$body"
exit $failed
"""


def blocks():
    return re.findall(r"^```sh\n(.*?)^```$", README.read_text(), re.M | re.S)


def first_steps(compose):
    """What to type, and the last of it once more: what was done is counted a moment later."""
    (steps,) = [block for block in blocks() if "/v1/events" in block]
    tokens = [line for block in blocks() for line in block.splitlines() if line.startswith("token() ")]
    assert len(tokens) == 2 and steps.startswith(tokens[0]), "README.md has another shape than this script knows"
    if compose:
        steps = steps.replace(tokens[0], tokens[1])
    names = [line for line in steps.splitlines() if line.startswith(("token() ", "APP="))]
    return steps, "\n".join([*names, "# " + steps.rsplit("\n# ", 1)[1]])


def editing(steps):
    (block,) = [block for block in blocks() if "/v1/exercises/import" in block]
    return steps.splitlines()[0] + "\n" + block


def run(script, path):
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env=dict(os.environ, PATH=f"{path}{os.pathsep}{os.environ['PATH']}"),
        capture_output=True,
        text=True,
    )
    if ran.returncode:
        sys.exit(f"  FAILED  the README's lines end with {ran.returncode}\n{ran.stdout}\n{ran.stderr}")
    return values(ran.stdout)


def values(text):
    """The JSON values that were printed, one after another."""
    found, decoder = [], json.JSONDecoder()
    text = text.lstrip()
    while text:
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:].lstrip()
    return found


def check(statement, actual, expected):
    if actual != expected:
        sys.exit(f"  FAILED  {statement}: expected {expected!r}, got {actual!r}")
    print(f"  ok      {statement}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port-offset", type=int, default=0, metavar="N", help="as given to ./adhere up")
    parser.add_argument("--compose", action="store_true", help="with the token function of Docker Compose")
    given = parser.parse_args()
    all_of_it, last = first_steps(given.compose)
    with tempfile.TemporaryDirectory(prefix="adhere-readme-") as path:
        curl = pathlib.Path(path) / "curl"
        ports = [f"--connect-to localhost:{port}:localhost:{port + given.port_offset}" for port in PORTS]
        curl.write_text(CURL.format(curl=shutil.which("curl"), ports=" ".join(ports)))
        curl.chmod(0o755)

        exercises, plan, first, second, adherence, agenda, nudges = run(all_of_it, path)
        check("what exists: the bridge is found", exercises["items"][0]["id"], "bridge")
        check("the coach writes a plan", [v["items"][0]["exerciseId"] for v in plan["versions"]], ["bridge"])
        check(
            "the app's sets are answered line by line",
            sorted((outcome["id"], outcome["status"]) for outcome in (first, second)),
            [("set-1", "accepted"), ("set-2", "accepted")],
        )
        check("adherence is that of user-001", adherence["userId"], "user-001")
        check("what is due today", [slot["itemId"] for slot in agenda["items"]], ["bridge"])
        check("what was sent: a list", isinstance(nudges["items"], list), True)
        end = time.monotonic() + WAIT_SECONDS
        while adherence["a7"]["numerator"] != 2 and time.monotonic() < end:
            time.sleep(1)
            adherence, agenda, nudges = run(last, path)
        check("both sets are counted", float(adherence["a7"]["numerator"]), 2.0)

        own, *lines = run(editing(all_of_it), path)
        check("an exercise of one's own", (own["id"], own["revision"]), ("wall-sit", 1))
        check(
            "the catalogue comes back as it is",
            ({line["result"] for line in lines}, "wall-sit" in {line["id"] for line in lines}),
            ({"unchanged"}, True),
        )
    print("The README's lines do what it says")


if __name__ == "__main__":
    main()
