#!/usr/bin/env python3
"""Asks Prometheus whether it sees what it should: python3 ops/observe.py [PROMETHEUS_URL].

Every instance is scraped, the alert rules are loaded and none fires, and every query of the dashboard finds something.
"""
import json
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

PROMETHEUS = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:9090"
SERVICES = ["catalog-service", "reminder-service", "session-service"]
DASHBOARD = Path(__file__).parent / "grafana" / "dashboards" / "adhere.json"
WAIT_SECONDS = 60


def ask(path, **parameters):
    query = "?" + urllib.parse.urlencode(parameters) if parameters else ""
    with urllib.request.urlopen(f"{PROMETHEUS}/api/v1/{path}{query}", timeout=10) as answer:
        return json.load(answer)["data"]


def check(statement, holds):
    end = time.monotonic() + WAIT_SECONDS
    while True:
        fault = holds()
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


def drawn():
    expressions = [target["expr"] for panel in json.loads(DASHBOARD.read_text())["panels"] for target in panel["targets"]]
    empty = [e for e in expressions if not ask("query", query=e.replace("$__rate_interval", "1m"))["result"]]
    return f"nothing for {empty}" if empty else None


check("Prometheus scrapes every service on its management port", scraped)
check("the alert rules are loaded", loaded)
check("no alert fires", quiet)
check("every panel of the dashboard has something to draw", drawn)
