#!/usr/bin/env python3
"""Walks the main job over HTTP only, as a client app and a coach would: python3 ops/smoke.py [--help].

Takes the first user without a plan, so it can be run again on the same data. Needs nothing but Python 3.9.
"""
import json
import sys
import time
import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from stack import Stack, call, get

ZONE = ZoneInfo("Europe/Berlin")
WAIT_SECONDS = 60
passed = 0


def check(statement, actual, expected=True):
    global passed
    if actual != expected:
        print(f"  FAILED  {statement}: expected {expected!r}, got {actual!r}")
        sys.exit(1)
    passed += 1
    print(f"  ok      {statement}")


def eventually(statement, read, expected):
    end = time.monotonic() + WAIT_SECONDS
    actual = read()
    while actual != expected and time.monotonic() < end:
        time.sleep(0.25)
        actual = read()
    check(statement, actual, expected)


def completed_set(at, event_id=None, reps=10):
    return {
        "specversion": "1.0",
        "id": event_id or str(uuid.uuid4()),
        "source": "app/smoke",
        "type": "dev.adhere.completed-set.v1",
        "time": at.isoformat(timespec="seconds"),
        "data": {"exerciseId": "bridge", "zone": ZONE.key, "reps": reps},
    }


def main():
    stack = Stack.of_arguments(__doc__)
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
    check(f"the coach writes a plan ({text[:120]})" if status != 201 else "the coach writes a plan", status, 201)
    check("a user may not", call("PUT", f"{reminder}{me}/plan", user, plan)[0], 403)

    late = datetime(yesterday.year, yesterday.month, yesterday.day, 10, tzinfo=ZONE)
    sets = [completed_set(late + timedelta(minutes=n)) for n in range(3)] + [completed_set(now)]
    lines = [json.dumps(event) for event in sets]
    lines[2:2] = ["{this is no JSON", lines[0]]
    # session-service learns of the catalogue and the care team from Kafka; a new stack may need a moment.
    end = time.monotonic() + WAIT_SECONDS
    while True:
        status, text = call("POST", f"{session}/v1/events", user, "\n".join(lines) + "\n", "application/x-ndjson")
        answers = [json.loads(line) for line in text.splitlines() if line.strip()] if status == 200 else []
        if status == 200 and not any(a["status"] == "retry" for a in answers) or time.monotonic() > end:
            break
        time.sleep(1)
    check("a stream of sets is taken", status, 200)
    outcomes = {a["line"]: a["status"] for a in answers}
    check(
        "every line has its own outcome, a bad one costs no other",
        [outcomes.get(n) for n in range(1, 7)],
        ["accepted", "accepted", "rejected", "accepted", "accepted", "accepted"],
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
    print(f"Smoke journey: {passed} statements hold for {user_id}")


if __name__ == "__main__":
    main()
