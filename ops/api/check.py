#!/usr/bin/env python3
"""Holds a running stack against its documents: python ops/api/check.py [--help].

Schemathesis plays every operation with a token of every role and reports each answer whose status, media type, header
or body the service's OpenAPI document does not have, and each 5xx. Every line of a streamed answer and every record
on the topics is held against its schema, too. Needs requirements.txt, and a stack in which ops/smoke.py has run.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import time

import confluent_kafka
import confluent_kafka.admin
import jsonschema_rs
import yaml

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent))
from stack import Stack, call  # noqa: E402

CHECKS = ",".join(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
        "unsupported_method",
        "ignored_auth",
    ]
)
# Whose token, and for how many seconds: long where the role can do something. The admin, who may end what others
# may see, comes last; so does session-service, which is sure of the catalogue a minute after its start.
RUNS = {
    "catalog": [("user-001", 6), ("coach-anna", 5), ("admin", 5), ("ops", 5), ("editor", 25)],
    "reminder": [("user-001", 25), ("coach-anna", 25), ("editor", 5), ("ops", 5), ("admin", 12)],
    "session": [("user-001", 25), ("coach-anna", 10), ("editor", 5), ("admin", 5), ("ops", 5)],
}
SETTLED_SECONDS = 65
# Ids that exist and ids that do not, where a random one would never be found.
IDS = {"userId": ["user-001", "user-002", "user-950"], "id": ["bridge", "quadruped", "article-000", "no-such"]}
failed = 0


def say(holds, statement, more=""):
    global failed
    failed += not holds
    print(f"  {'ok    ' if holds else 'FAILED'}  {statement}", flush=True)
    if not holds and more:
        print(more, flush=True)


def narrowed(document):
    # What never ends is not to be waited for.
    document["paths"] = {
        path: operations
        for path, operations in document["paths"].items()
        if "text/event-stream" not in json.dumps(operations)
    }
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path" and parameter["name"] in IDS:
                    parameter["schema"] = {"enum": IDS[parameter["name"]]}
                    parameter.pop("example", None)
    return document


def play(stack, documents, service, client, seconds, seed):
    narrow = documents / f"{service}-narrowed.json"
    narrow.write_text(json.dumps(narrowed(json.loads((documents / f"{service}.json").read_text()))))
    command = ["schemathesis", "--config-file", str(HERE / "schemathesis.toml"), "run", str(narrow)]
    command += ["--url", getattr(stack, service), "-H", f"Authorization: Bearer {stack.token_of(client)}", "--checks", CHECKS]
    command += ["--seed", str(seed), "--max-examples", "40", "--continue-on-failure"]
    command += ["--phases", "examples,coverage,fuzzing,stateful", "--generation-database", "none"]
    command += ["--no-color", "--warnings", "off", "--request-timeout", "60"]
    # On a machine that stands still for seconds time is over before the first request, or services ask to come again:
    # once more then, with more of it.
    for within in (seconds, 4 * seconds):
        run = subprocess.run(
            command + ["--max-time", str(within)],
            env={**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(HERE)},
            cwd=documents,
            capture_output=True,
            text=True,
        )
        counted = re.findall(r"(\d+) generated", run.stdout)
        if counted and (run.returncode == 0 or "[503]" not in run.stdout):
            break
    say(
        run.returncode == 0 and counted,
        f"{service}-service as {client}: {counted[-1] if counted else 'no'} requests, nothing undocumented",
        re.sub(r"Bearer [\w.-]+", "Bearer ...", run.stdout[-12000:] + run.stderr[-2000:]),
    )


def streams(stack, documents):
    """Every line of a streamed answer, not only the first."""
    session = json.loads((documents / "session.json").read_text())
    lines = ["no JSON", "{}", json.dumps({"userId": "x"}), "x" * 70_000]
    event = session["paths"]["/v1/events"]["post"]["requestBody"]["content"]["application/x-ndjson"]["example"]
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 60))
    lines += [json.dumps({**event, "id": f"api-{n}", "time": now}) for n in range(3)]
    check_lines(session, "Outcome", call(
        "POST", f"{stack.session}/v1/events", stack.token_of("user-001"), "\n".join(lines), "application/x-ndjson"
    ), len(lines))
    catalog = json.loads((documents / "catalog.json").read_text())
    editor = stack.token_of("editor")
    exported = call("GET", f"{stack.catalog}/v1/exercises/export", editor)
    check_lines(catalog, "EntryBody", exported, None)
    check_lines(catalog, "ImportResult", call(
        "POST", f"{stack.catalog}/v1/exercises/import", editor, exported[1] + "{}\nno JSON\n", "application/x-ndjson"
    ), len(exported[1].splitlines()) + 2)


def check_lines(document, name, answer, expected):
    status, text = answer
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    lines = [json.loads(line) for line in text.splitlines()]
    faults = [f"{line}: {fault.message}" for line in lines for fault in validator.iter_errors(line)]
    say(
        status == 200 and lines and not faults and expected in (None, len(lines)),
        f"each of {len(lines)} lines is {name}",
        "\n".join(faults[:5]),
    )


def topics(bootstrap):
    """Every record that is on the topics now."""
    path = ROOT / "docs" / "asyncapi.yaml"
    document = yaml.safe_load(path.read_text())

    def resolved(node):
        if isinstance(node, dict):
            ref = node.get("$ref", "")
            if ref.startswith("../"):
                return json.loads((path.parent / ref).read_text())
            if ref.startswith("#/"):
                found = document
                for part in ref[2:].split("/"):
                    found = found[part]
                return {**resolved(found), **{k: v for k, v in node.items() if k != "$ref"}}
            return {name: resolved(value) for name, value in node.items()}
        return [resolved(value) for value in node] if isinstance(node, list) else node

    def validator(schema):
        return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)

    channels = {name: list(resolved(c)["messages"].values()) for name, c in document["channels"].items()}
    declared = confluent_kafka.admin.AdminClient({"bootstrap.servers": bootstrap}).list_topics(timeout=20).topics
    silent = {f"{name}.dlt" for name in channels}
    unknown = {name for name in declared if not name.startswith("_")} - set(channels) - silent
    say(not unknown, "every topic of the broker is in the document", ", ".join(sorted(unknown)))
    say(not set(channels) - set(declared), "every channel is a topic", ", ".join(sorted(set(channels) - set(declared))))
    consumer = confluent_kafka.Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": f"api-documents-{os.getpid()}",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "isolation.level": "read_committed",
        }
    )
    for name, messages in channels.items():
        open_ends = {(name, partition) for partition in declared[name].partitions}
        consumer.assign([confluent_kafka.TopicPartition(*end, confluent_kafka.OFFSET_BEGINNING) for end in open_ends])
        checks = [
            (
                validator({k: v for k, v in m.get("headers", {"type": "object"}).items()}),
                validator(m["payload"]) if "json" in m["contentType"] else None,
                validator(m["bindings"]["kafka"]["key"]) if "bindings" in m else None,
            )
            for m in messages
        ]
        seen, faults, end = 0, [], time.monotonic() + 60
        while open_ends and time.monotonic() < end:
            record = consumer.poll(1)
            if record is None:
                continue
            if record.error():
                open_ends.discard((record.topic(), record.partition()))
                continue
            seen += 1
            headers = {key: value.decode() for key, value in record.headers() or []}
            wrong = []
            for of_headers, of_payload, of_key in checks:
                this = [f.message for f in of_headers.iter_errors(headers)]
                if of_key:
                    this += [f.message for f in of_key.iter_errors(record.key().decode())]
                if of_payload:
                    this += [f.message for f in of_payload.iter_errors(json.loads(record.value()))]
                if not this:
                    break
                wrong.append(this)
            else:
                faults.append(f"partition {record.partition()} offset {record.offset()}: {wrong}")
        say(
            not faults and not open_ends,
            f"topic {name}: {seen} records, each as the document says",
            "\n".join(faults[:5]),
        )
    consumer.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port-offset", type=int, default=0, metavar="N", help="as given to ./adhere up")
    parser.add_argument("--documents", type=pathlib.Path, required=True, help="folder of catalog.json and its like")
    parser.add_argument("--seed", type=int, required=True)
    given = parser.parse_args()

    def local(port):
        return f"http://127.0.0.1:{port + given.port_offset}"

    stack = Stack(local(9000) + "/oauth2/token", local(8081), local(8082), local(8083))
    began = time.monotonic()
    print(f"seed {given.seed}")
    for service, runs in RUNS.items():
        if service == "session":
            time.sleep(max(0, SETTLED_SECONDS - (time.monotonic() - began)))
        for client, seconds in runs:
            play(stack, given.documents, service, client, seconds, given.seed)
    streams(stack, given.documents)
    topics(f"127.0.0.1:{9092 + given.port_offset}")
    print(f"The API documents: {failed} statements fail, {time.monotonic() - began:.0f} s")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
