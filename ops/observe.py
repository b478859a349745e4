#!/usr/bin/env python3
"""Asks Prometheus and Jaeger whether they see what they should, after the smoke journey: python3 ops/observe.py.

Every instance is scraped, the alert rules are loaded and none fires, every query of the dashboard finds something;
every service sends traces, and none of them names a user.
"""
import json
import re
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

PROMETHEUS = "http://127.0.0.1:9090/api/v1"
JAEGER = "http://127.0.0.1:16686/api"
SERVICES = ["catalog-service", "reminder-service", "session-service"]
OPS = Path(__file__).parent
DASHBOARD = OPS / "grafana" / "dashboards" / "adhere.json"
# What the services count themselves, and whether this release does.
METRICS = OPS.parent / "docs" / "metrics.md"
WAIT_SECONDS = 60


def ask(path, base=PROMETHEUS, **parameters):
    query = "?" + urllib.parse.urlencode(parameters) if parameters else ""
    with urllib.request.urlopen(f"{base}/{path}{query}", timeout=30) as answer:
        return json.load(answer)["data"]


def check(statement, holds):
    end = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            fault = holds()
        except OSError as unanswered:
            fault = str(unanswered)
        if not fault:
            print(f"  ok      {statement}")
            return
        if time.monotonic() > end:
            print(f"  FAILED  {statement}: {fault}")
            sys.exit(1)
        time.sleep(1)


def scraped():
    targets = [t for t in ask("targets")["activeTargets"] if t["labels"]["job"] == "adhere"]
    up = sorted(t["labels"]["service"] for t in targets if t["health"] == "up")
    return None if up == SERVICES else f"up are {up}"


def rules():
    return [rule for group in ask("rules")["groups"] for rule in group["rules"]]


def loaded():
    faulty = [rule["name"] for rule in rules() if rule["health"] != "ok"]
    return f"not evaluated: {faulty}" if faulty else None if rules() else "there are none"


def quiet():
    firing = [alert["labels"]["alertname"] for alert in ask("alerts")["alerts"] if alert["state"] == "firing"]
    return f"firing are {firing}" if firing else None


def expressions():
    return [target["expr"] for panel in json.loads(DASHBOARD.read_text())["panels"] for target in panel["targets"]]


def known():
    used = re.findall(r"\badhere_\w+", " ".join(expressions() + [rule["query"] for rule in rules()]))
    listed = METRICS.read_text()
    unknown = sorted({name for name in used if re.sub(r"_bucket$", "", name) not in listed})
    return f"not in {METRICS.name}: {unknown}" if unknown else None


def drawn():
    empty = [e for e in expressions() if not ask("query", query=e.replace("$__rate_interval", "1m"))["result"]]
    return f"nothing for {empty}" if empty else None


def traces():
    return {service: ask("traces", base=JAEGER, service=service, limit=1000, lookback="1h") for service in SERVICES}


def operations():
    return {
        service: {span["operationName"] for trace in found for span in trace["spans"]}
        for service, found in traces().items()
    }


def traced():
    missing = [service for service, names in operations().items() if not any("/v1/" in name for name in names)]
    return f"no request of {missing}" if missing else None


def unprobed():
    probes = sorted({name for names in operations().values() for name in names if "/actuator" in name})
    return f"there are {probes}" if probes else None


def nameless():
    names = sorted(set(re.findall(r"(?:user|coach)-(?:\d{3}|anna|ben)", json.dumps(traces()))))
    return f"they name {names}" if names else None


check("Prometheus scrapes every service on its management port", scraped)
check("the alert rules are loaded", loaded)
check("no alert fires", quiet)
check("rules and dashboard ask for metrics that there are", known)
check("every panel of the dashboard has something to draw", drawn)
check("every service sends traces of its requests to Jaeger", traced)
check("probes and scrapes leave no trace", unprobed)
check("no trace names a user", nameless)
