#!/usr/bin/env python3
"""Walks the main job over HTTP only, as a client app and a coach would: python3 ops/smoke.py [--help].

Takes the first user without a plan, so it can be run again on the same data. What the counters must have moved by is
exact, so nobody else may send events meanwhile (as ./adhere demo does); where neither the management ports nor
--prometheus-url can be reached, they are not looked at. Needs nothing but Python 3.9.
"""
import json
import sys
import time
import urllib.error
import uuid
from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from stack import FRESH_SECONDS, PATIENCE_SECONDS, Stack, call, get

ZONE = ZoneInfo("Europe/Berlin")
passed = 0


def check(statement, actual, expected=True):
    global passed
    if actual != expected:
        print(f"  FAILED  {statement}: expected {expected!r}, got {actual!r}")
        sys.exit(1)
    passed += 1
    print(f"  ok      {statement}")


def eventually(statement, read, expected):
    end = time.monotonic() + PATIENCE_SECONDS
    actual = read()
    while actual != expected and time.monotonic() < end:
        time.sleep(0.25)
        actual = read()
    check(statement, actual, expected)


class Counters:
    """What the services counted of events since the journey began, beside what they must have."""

    def __init__(self, stack):
        self.stack = stack
        self.expected = Counter()
        try:
            if stack.prometheus:
                time.sleep(FRESH_SECONDS)
            self.before = stack.counters()
        except (urllib.error.URLError, OSError):
            self.before = None

    def answered(self, outcomes):
        for outcome in outcomes:
            if outcome["status"] == "accepted":
                self.expected["adhere_events_accepted_total"] += 1
                self.expected["adhere_ingest_to_adherence_seconds_count"] += 1
            elif outcome["status"] == "rejected":
                slug = outcome["problem"]["type"].rpartition(":")[2]
                self.expected[f'adhere_events_rejected_total{{problem="{slug}"}}'] += 1
            else:
                self.expected["adhere_events_retried_total"] += 1

    def stored(self, recorded, duplicates, conflicts):
        self.expected["adhere_events_recorded_total"] += recorded
        self.expected["adhere_ingest_to_recorded_seconds_count"] += recorded
        self.expected["adhere_events_duplicates_total"] += duplicates
        self.expected["adhere_events_conflicts_total"] += conflicts

    def moved(self):
        """By how much each has moved, and how many were to be sent again though they may have been stored."""
        moved, unsure = Counter(), 0
        for series, value in self.stack.counters().items():
            by = round(value - self.before.get(series, 0.0))
            unsure += by if series == 'adhere_events_retried_total{reason="unacknowledged"}' else 0
            # Why an event is to be sent again depends on how far the stack has come up.
            name = series.partition("{")[0] if "_retried_" in series else series
            if by and name.startswith(("adhere_events_", "adhere_ingest_", "adhere_dead_letters_")):
                moved[name] += by
        return moved, unsure

    def check(self):
        if self.before is None:
            print("  -       no counters: neither the management ports nor --prometheus-url can be reached")
            return

        def as_expected():
            moved, unsure = self.moved()
            twice = moved["adhere_events_duplicates_total"] - self.expected["adhere_events_duplicates_total"]
            # What was not acknowledged may have been stored all the same: it was sent and stored twice then.
            if 0 < twice <= unsure:
                moved["adhere_events_duplicates_total"] -= twice
                moved["adhere_ingest_to_adherence_seconds_count"] -= twice
            return {series: count for series, count in moved.items() if count}

        eventually(
            "every counter has moved by exactly what happened",
            as_expected,
            {series: count for series, count in self.expected.items() if count},
        )


def completed_set(at, event_id=None, reps=10):
    return {
        "specversion": "1.0",
        "id": event_id or str(uuid.uuid4()),
        "source": "app/smoke",
        "type": "dev.adhere.completed-set.v1",
        "time": at.isoformat(timespec="seconds"),
        "data": {"exerciseId": "bridge", "zone": ZONE.key, "reps": reps},
    }


def outcomes_of(text):
    """Of a batch or of a stream."""
    return json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines() if line.strip()]


def main():
    stack = Stack.of_arguments(__doc__)
    counters = Counters(stack)
    token_of, catalog, session, reminder = stack.token_of, stack.catalog, stack.session, stack.reminder
    coach = token_of("coach-anna")
    user_id = next(
        f"user-{n:03d}"
        for n in range(1, 899)
        if call("GET", f"{reminder}/v1/users/user-{n:03d}/plan", coach)[0] == 404
    )
    user, stranger = token_of(user_id), token_of("user-900")
    me = f"/v1/users/{user_id}"

    exercises = get(f"{catalog}/v1/exercises?size=1000", user)["items"]
    check("the catalogue lists the 20 published exercises", len(exercises) >= 20)
    check("a search finds the bridge first", get(f"{catalog}/v1/exercises?q=bridge", user)["items"][0]["id"], "bridge")
    check("no token, no answer", call("GET", f"{catalog}/v1/exercises")[0], 401)
    coaches = get(f"{reminder}{me}/coaches", user)["items"]
    check(f"coach-anna coaches {user_id}", [c["coachId"] for c in coaches], ["coach-anna"])

    now = datetime.now(ZONE) - timedelta(minutes=1)
    today, yesterday = now.date(), now.date() - timedelta(days=1)
    item = {"id": "bridge", "exerciseId": "bridge", "sets": 3, "reps": 10, "schedule": {"everyDays": 1}}
    plan = {
        "timeZone": ZONE.key,
        "zonePolicy": "FOLLOW_USER",
        "versions": [{"effectiveFrom": str(today - timedelta(days=7)), "items": [item]}],
    }
    status, text = call("PUT", f"{reminder}{me}/plan", coach, plan)
    if status == 428:
        # The user had none: an attempt that was answered with 503 has written it.
        there = [version["effectiveFrom"] for version in get(f"{reminder}{me}/plan", coach)["versions"]]
        status = 201 if there == [plan["versions"][0]["effectiveFrom"]] else 428
    check(f"the coach writes a plan ({text[:120]})" if status != 201 else "the coach writes a plan", status, 201)
    check("a user may not", call("PUT", f"{reminder}{me}/plan", user, plan)[0], 403)

    def sent(statement, body, kind):
        # session-service learns of the catalogue and the care team from Kafka; a new stack may need a moment.
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            status, text = call("POST", f"{session}/v1/events", user, body, kind)
            outcomes = outcomes_of(text) if status == 200 else []
            counters.answered(outcomes)
            if status == 200 and not any(o["status"] == "retry" for o in outcomes) or time.monotonic() > end:
                check(statement, status, 200)
                return outcomes
            time.sleep(1)

    late = datetime(yesterday.year, yesterday.month, yesterday.day, 10, tzinfo=ZONE)
    sets = [completed_set(late + timedelta(minutes=n)) for n in range(3)] + [completed_set(now)]
    lines = [json.dumps(event) for event in sets]
    lines[2:2] = ["{this is no JSON", lines[0]]
    answers = sent("a stream of sets is taken", "\n".join(lines) + "\n", "application/x-ndjson")
    outcomes = {a["line"]: a["status"] for a in answers}
    check(
        "every line has its own outcome, a bad one costs no other",
        [outcomes.get(n) for n in range(1, 7)],
        ["accepted", "accepted", "rejected", "accepted", "accepted", "accepted"],
    )
    other = completed_set(late, sets[0]["id"], reps=9)
    answers = sent("a batch of sets is taken", [other], "application/cloudevents-batch+json")
    check("the same id with other content is accepted, too", [a["status"] for a in answers], ["accepted"])
    eventually(
        "it is kept apart",
        lambda: [e["data"]["reps"] for e in get(f"{session}{me}/events/conflicts", user)["items"]],
        [9],
    )
    eventually(
        "every set is stored once",
        lambda: sorted(e["id"] for e in get(f"{session}{me}/events?size=100", user)["items"]),
        sorted(e["id"] for e in sets),
    )

    def week():
        a7 = get(f"{reminder}{me}/adherence", user)["a7"]
        return float(a7["numerator"]), a7["denominator"], a7["value"]

    eventually("adherence counts yesterday's three sets of the week's 21", week, (3.0, 21, 14.3))
    eventually(
        "today's agenda has one of three sets done",
        lambda: [
            (slot["itemId"], float(slot["doneSets"]), slot["state"])
            for slot in get(f"{reminder}{me}/agenda?date={today}", user)["items"]
        ],
        [("bridge", 1.0, "PARTIAL")],
    )
    check("the coach sees it too", get(f"{reminder}{me}/adherence", coach)["a7"]["value"], 14.3)
    check("another user sees nobody", call("GET", f"{reminder}{me}/adherence", stranger)[0], 404)
    check("another user sees no events", call("GET", f"{session}{me}/events", stranger)[0], 404)
    check("the inbox answers", isinstance(get(f"{reminder}{me}/nudges", user)["items"], list))
    check(
        "nudge decisions answer",
        isinstance(get(f"{reminder}{me}/nudges/decisions?date={today}", user)["items"], list),
    )
    accepted = counters.expected["adhere_events_accepted_total"]
    counters.stored(recorded=len(sets), duplicates=accepted - len(sets) - 1, conflicts=1)
    counters.check()
    print(f"Smoke journey: {passed} statements hold for {user_id}")


if __name__ == "__main__":
    main()
