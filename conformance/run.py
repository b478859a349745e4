#!/usr/bin/env python3
"""Runs the cases of docs/adherence.md against any implementation that speaks Adhere's HTTP interface:

    python3 conformance/run.py --reminder-url URL --session-url URL --token-command 'COMMAND {identity}' --coach ID --users PATTERN

Each case takes a user who has no plan yet, writes the plan and the excuses as the coach, streams the events as the user,
and compares the figures. Days are counted from the implementation's own today. A case that names an instant runs only
where the implementation's clock is within the hour after it (./adhere up --now INSTANT); one that needs control over when
things are received cannot be run over HTTP and is left to the implementation's own tests. Both are said, and --strict
makes the first an error. Python 3.9 and nothing else.

With no options: ./adhere up on its usual ports. The exit status is 0 where every case that ran holds, and one did.
"""
import argparse
import base64
import json
import pathlib
import shlex
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

HERE = pathlib.Path(__file__).resolve().parent
PATIENCE_SECONDS = 60
SETTLED_SECONDS = 1.5
USUAL_ZONE = "Europe/Berlin"


class Fault(Exception):
    """The implementation does not do as the case says, or does not answer as it should."""


class Service:
    """An implementation behind HTTP."""

    def __init__(self, given):
        self.given = given
        self.tokens = {}
        self.lock = threading.Lock()

    def token(self, identity):
        with self.lock:
            if identity not in self.tokens:
                self.tokens[identity] = self.new_token(identity)
            return self.tokens[identity]

    def new_token(self, identity):
        if self.given.token_command:
            command = [word.replace("{identity}", identity) for word in shlex.split(self.given.token_command)]
            return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        request = urllib.request.Request(self.given.token_url, data=b"grant_type=client_credentials", method="POST")
        secret = base64.b64encode(f"{identity}:{self.given.secret}".encode()).decode()
        request.add_header("Authorization", f"Basic {secret}")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["access_token"]

    def call(self, method, url, identity, body=None, kind="application/json"):
        data = None if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        request = urllib.request.Request(url, data=data, method=method)
        request.add_header("Authorization", f"Bearer {self.token(identity)}")
        if data is not None:
            request.add_header("Content-Type", kind)
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return answer.status, answer.read().decode()
            except urllib.error.HTTPError as fault:
                if fault.code != 503 or time.monotonic() > end:
                    return fault.code, fault.read().decode()
            time.sleep(1)

    def of(self, user, path):
        return f"{self.given.reminder_url}/v1/users/{urllib.parse.quote(user)}/{path}"

    def figures(self, user):
        status, text = self.call("GET", self.of(user, "adherence"), user)
        if status != 200:
            raise Fault(f"figures are answered with {status}: {text[:300]}")
        return json.loads(text)

    def now(self, user):
        return datetime.fromisoformat(self.figures(user)["asOf"].split(".")[0].rstrip("Z") + "+00:00")

    def has_plan(self, user):
        return self.call("GET", self.of(user, "plan"), self.given.coach)[0] != 404

    def put_plan(self, user, plan):
        status, text = self.call("PUT", self.of(user, "plan"), self.given.coach, plan)
        if status == 428:
            # There was none: an attempt that was answered with 503 has written it.
            _, text = self.call("GET", self.of(user, "plan"), self.given.coach)
            there = [version["effectiveFrom"] for version in json.loads(text)["versions"]]
            status = 201 if there == [version["effectiveFrom"] for version in plan["versions"]] else 428
        if status != 201:
            raise Fault(f"the plan is answered with {status}: {text[:300]}")

    def excuse(self, user, excuse):
        status, text = self.call("POST", self.of(user, "excuses"), self.given.coach, excuse)
        if status not in (200, 201):
            raise Fault(f"an excuse is answered with {status}: {text[:300]}")

    def send(self, user, event):
        """One event, again where the answer says so; its order among the others is that of the calls."""
        end = time.monotonic() + self.given.wait
        while True:
            status, text = self.call(
                "POST", f"{self.given.session_url}/v1/events", user, json.dumps(event) + "\n", "application/x-ndjson"
            )
            answers = [json.loads(line) for line in text.splitlines() if line.strip()] if status == 200 else []
            if [a["status"] for a in answers] == ["accepted"]:
                return
            refused = any(a["status"] == "rejected" for a in answers)
            if refused or time.monotonic() > end:
                raise Fault(f"event {event['id']} is answered with {status}: {text[:300]}")
            time.sleep(0.5)


class Run:
    """One case and the user it has taken."""

    def __init__(self, service, case, user, now):
        self.service, self.case, self.user = service, case, user
        self.zone = case.get("zone", USUAL_ZONE)
        self.today = now.astimezone(ZoneInfo(self.zone)).date()
        self.unnamed = 0

    def day(self, n):
        return self.today + timedelta(days=n)

    def plan(self):
        def item(i):
            what = {k: i[k] for k in ("sets", "reps", "holdSeconds", "schedule") if k in i}
            return {"id": i["exercise"], "exerciseId": i["exercise"], **what}

        return {
            "timeZone": self.zone,
            "versions": [
                {"effectiveFrom": str(self.day(v["from"])), "items": [item(i) for i in v["items"]]}
                for v in self.case["plan"]
            ],
        }

    def excuse(self, e):
        exercise = e.get("exercise")
        return {
            "from": str(self.day(e["from"])),
            "to": str(self.day(e["to"])),
            "exerciseId": exercise,
            "reason": "PAIN_POSTPONED" if exercise else "COACH_PAUSE",
        }

    def events(self, e):
        zone = e.get("zone", self.zone)
        if "time" in e:
            first = datetime.fromisoformat(e["time"].replace("Z", "+00:00"))
        else:
            hour, minute = map(int, e["at"].split(":"))
            d = self.day(e["day"])
            first = datetime(d.year, d.month, d.day, hour, minute, tzinfo=ZoneInfo(zone)).astimezone(timezone.utc)
        kind = e.get("kind", "set")
        for n in range(e.get("count", 1)):
            self.unnamed += 1
            data = {"zone": zone}
            if kind == "set":
                data.update({"exerciseId": e["exercise"], "side": e.get("side", "NONE")})
                data.update({k: e[k] for k in ("reps", "holdSeconds") if k in e})
            elif kind == "pain":
                data.update({"score": e["score"], "context": "AFTER", "sensation": "PAIN", "region": "LOW_BACK"})
            if "replaces" in e:
                data["replaces"] = e["replaces"]
            event = {
                "specversion": "1.0",
                "id": e.get("id", f"n{self.unnamed}"),
                "source": "app/conformance",
                "type": {"set": "dev.adhere.completed-set.v1", "pain": "dev.adhere.pain-score.v1"}.get(
                    kind, "dev.adhere.withdrawal.v1"
                ),
                "time": (first + timedelta(minutes=n)).isoformat(),
                "data": data,
            }
            for _ in range(e.get("sent", 1)):
                yield event

    def check(self):
        self.service.put_plan(self.user, self.plan())
        for number, step in enumerate(self.case["steps"], 1):
            for e in step.get("excuses", ()):
                self.service.excuse(self.user, self.excuse(e))
            for e in step.get("events", ()):
                for event in self.events(e):
                    self.service.send(self.user, event)
            self.expect(number, step["expect"])

    def expect(self, number, expected):
        """The figures come to be as expected, and stay so."""
        end = time.monotonic() + self.service.given.wait
        since = None
        while True:
            differences = list(different(expected, self.service.figures(self.user)))
            at = time.monotonic()
            since = None if differences else since or at
            if since is not None and at - since >= SETTLED_SECONDS:
                return
            if at > end:
                raise Fault(f"step {number}: " + "; ".join(differences or ["the figures keep changing"]))
            time.sleep(0.3)


def different(expected, actual, path=""):
    for field, wanted in expected.items():
        got = actual.get(field) if isinstance(actual, dict) else None
        at = f"{path}{field}"
        if isinstance(wanted, dict):
            yield from different(wanted, got, at + ".")
        elif got != wanted or (got is None) != (wanted is None) or isinstance(actual, dict) and field not in actual:
            yield f"{at} should be {wanted} and is {got}"


def cases_of(folder, names):
    found = []
    for file in sorted(folder.glob("*.json")):
        for case in json.loads(file.read_text())["cases"]:
            if not names or any(n in case["name"] for n in names):
                found.append(case)
    return found


def needs_receipt(case):
    return "saved" in case or any("received" in e for s in case["steps"] for e in s.get("events", ()))


def elsewhen(case, now):
    if "asOf" not in case:
        return False
    as_of = datetime.fromisoformat(case["asOf"].replace("Z", "+00:00"))
    return not timedelta(0) <= now - as_of <= timedelta(hours=1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port-offset", type=int, default=0, help="of ./adhere up, where no addresses are given")
    parser.add_argument("--reminder-url", help="where plans, excuses and figures are")
    parser.add_argument("--session-url", help="where events go")
    parser.add_argument("--token-command", help="prints an access token of {identity}; else --token-url is asked")
    parser.add_argument("--token-url", help="of an issuer that takes client credentials")
    parser.add_argument("--secret", default="demo", help="of every identity at --token-url")
    parser.add_argument("--coach", default="coach-anna", help="the identity that coaches the users")
    parser.add_argument("--users", default="user-{:03d}", help="how users are called, by number")
    parser.add_argument("--first-user", type=int, default=1, help="number of the first user that may be taken")
    parser.add_argument("--last-user", type=int, default=899)
    parser.add_argument("--cases", type=pathlib.Path, default=HERE / "cases", help="a folder of case files")
    parser.add_argument("--case", action="append", help="only cases whose name has this in it; may be repeated")
    parser.add_argument("--strict", action="store_true", help="a case of another instant is an error")
    parser.add_argument("--wait", type=float, default=120, help="how many seconds figures may take to be as expected")
    parser.add_argument("--threads", type=int, default=6, help="cases at a time")
    given = parser.parse_args()
    given.reminder_url = given.reminder_url or f"http://127.0.0.1:{8083 + given.port_offset}"
    given.session_url = given.session_url or f"http://127.0.0.1:{8082 + given.port_offset}"
    given.token_url = given.token_url or f"http://127.0.0.1:{9000 + given.port_offset}/oauth2/token"

    service = Service(given)
    now = service.now(given.users.format(given.first_user))
    print(f"The implementation's clock is at {now:%Y-%m-%d %H:%M} UTC", flush=True)
    numbers = iter(range(given.first_user, given.last_user + 1))
    taking = threading.Lock()

    def run(case):
        if needs_receipt(case):
            return "receipt", "not over HTTP"
        if elsewhen(case, now):
            return "elsewhen", f"only as of {case['asOf']}"
        with taking:
            user = next((u for u in map(given.users.format, numbers) if not service.has_plan(u)), None)
        if user is None:
            return "fails", "no user without a plan is left"
        try:
            Run(service, case, user, now).check()
            return "holds", ""
        except (Fault, OSError, KeyError, ValueError, subprocess.CalledProcessError) as fault:
            return "fails", f"{fault} ({case['says']} {user})"

    counts = {"holds": 0, "fails": 0, "elsewhen": 0, "receipt": 0}
    cases = cases_of(given.cases, given.case)
    with ThreadPoolExecutor(given.threads) as threads:
        for case, (outcome, why) in zip(cases, threads.map(run, cases)):
            counts[outcome] += 1
            shown = {"holds": "ok", "fails": "FAILS", "elsewhen": "-", "receipt": "-"}[outcome]
            print(f"  {shown:6} {case['name']}" + (f": {why}" if why else ""), flush=True)
    print(
        f"{counts['holds']} cases hold, {counts['fails']} fail; {counts['elsewhen']} are of another instant, "
        f"{counts['receipt']} need control over when things are received"
    )
    bad = counts["fails"] or not counts["holds"] or given.strict and counts["elsewhen"]
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
