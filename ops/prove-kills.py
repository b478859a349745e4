#!/usr/bin/env python3
"""Kills everything with `kill -9` in the middle of streams, again and again, and holds what is left against a ledger of
its own: python3 ops/prove-kills.py --rounds 20 [--in-jvm] [--lose-kafka].

Run again with the same --data, the ledger goes on: rounds add up. With a `mongod` on the PATH, every fourth kill spares it,
so that the next start finds one left over.
"""
import copy
import pickle
import shutil
from collections import Counter
from datetime import date, timedelta

from proof import *

COUNTED = [f"user-{n}" for n in range(101, 107)]
# Streams without a pause, to have much in flight at the kill; no plan, so its sets only have to be stored.
HASTY = "user-120"
DATES = 41
MOST_A_ROUND = {HASTY: 4_000, **{user: 400 for user in COUNTED}}
PLANNED_SETS = 100


class Ledger:
    """What was sent and what came of it, by user; knows nothing of what the services think."""

    def __init__(self):
        self.today = datetime.now(timezone.utc).date()
        self.rounds = 0
        self.sent = {user: {} for user in MOST_A_ROUND}
        self.accepted = {user: set() for user in MOST_A_ROUND}
        self.received = {user: "" for user in MOST_A_ROUND}
        self.outcomes = Counter()
        self.repeated = 0

    def open(self, user):
        """Sent, and never answered for good."""
        return [event for event in self.sent[user].values() if event["id"] not in self.accepted[user]]

    def note(self, user, outcome):
        slug = outcome.get("problem", {}).get("type", "").rsplit(":", 1)[-1]
        self.outcomes[" ".join(filter(None, (outcome["status"], slug)))] += 1
        if outcome["status"] == "accepted":
            self.accepted[user].add(outcome["id"])
            self.received[user] = max(self.received[user], outcome["receivedAt"])


class App(threading.Thread):
    """One client app: resends what has no outcome, then streams new sets until the line is cut."""

    def __init__(self, stack, ledger, user, token, fresh, random):
        super().__init__(daemon=True)
        self.stack, self.ledger, self.user, self.token = stack, ledger, user, token
        self.fresh, self.random = fresh, random
        self.sending = False
        self.ended = False
        self.answered = 0
        self.fault = None

    def run(self):
        try:
            stream = self.stack.stream(self.token)
            reader = threading.Thread(target=self.read, args=(stream,), daemon=True)
            reader.start()
            self.sending = True
            old = self.ledger.open(self.user)
            before = len(self.ledger.sent[self.user]) - len(old)
            for i in range(0, len(old), 100):
                stream.send(b"".join(line(event) for event in old[i : i + 100]))
            while self.fresh > 0:
                burst = [self.event() for _ in range(min(self.fresh, 100 if self.user == HASTY else 20))]
                self.fresh -= len(burst)
                stream.send(b"".join(line(event) for event in burst))
                if self.user != HASTY:
                    time.sleep(self.random.uniform(0.1, 0.3))
                while self.user == HASTY and self.answered < len(self.ledger.sent[HASTY]) - before - 1_000:
                    time.sleep(0.01)
            self.sending = False
            stream.end()
            reader.join(30)
            stream.close()
        except OSError as fault:
            self.fault = fault

    def event(self):
        sent = self.ledger.sent[self.user]
        if self.user == HASTY and self.ledger.accepted[HASTY] and self.random.random() < 0.02:
            self.ledger.repeated += 1
            return sent[next(iter(self.ledger.accepted[HASTY]))]
        n = len(sent)
        day = self.ledger.today - timedelta(days=n % DATES)
        at = datetime(day.year, day.month, day.day, tzinfo=timezone.utc) + timedelta(seconds=n // DATES)
        event = completed_set(f"{self.user}.{n}", at, self.random.randint(1, 10))
        sent[event["id"]] = event
        return event

    def read(self, stream):
        try:
            for outcomes in stream.outcomes():
                for outcome in outcomes:
                    self.ledger.note(self.user, outcome)
                self.answered += len(outcomes)
            self.ended = True
        except (OSError, ValueError) as fault:
            self.fault = fault


def apps(stack, ledger, random, fresh=True):
    tokens = stack.tokens(list(MOST_A_ROUND))
    started = [
        App(stack, ledger, user, tokens[user], most if fresh else 0, random) for user, most in MOST_A_ROUND.items()
    ]
    for app in started:
        app.start()
    return started


def plans(stack, ledger):
    coach = stack.token("coach-anna")
    item = {"id": "bridge", "exerciseId": "bridge", "sets": PLANNED_SETS, "reps": 10, "schedule": {"everyDays": 1}}
    begin = ledger.today - timedelta(days=DATES - 1)
    plan = {"timeZone": "UTC", "zonePolicy": "FIXED", "versions": [{"effectiveFrom": str(begin), "items": [item]}]}
    for user in COUNTED:
        stack.plan(user, coach, plan)


def settle(stack, ledger, random):
    """Resends until everything sent is accepted, then waits until stores and figures have it all."""
    for _ in range(5):
        for app in apps(stack, ledger, random, fresh=False):
            app.join(60)
        if not any(ledger.open(user) for user in MOST_A_ROUND):
            break
        time.sleep(1)
    tokens = stack.tokens(list(MOST_A_ROUND))
    for user in COUNTED:
        until(
            lambda: moment(stack.adherence(user, tokens[user])["lastReceivedAt"] or "1970-01-01T00:00:00Z")
            >= moment(ledger.received[user]),
            seconds=90,
        )
    for user in MOST_A_ROUND:
        until(
            lambda: len(stack.all(f"/v1/users/{user}/events", tokens[user])) >= len(ledger.accepted[user]),
            seconds=90,
            pause=1,
        )
    return tokens


def figures(ledger, user):
    """Sets done and done beyond, by date, in the obvious way."""
    tenths = Counter()
    for event_id in ledger.accepted[user]:
        event = ledger.sent[user][event_id]
        tenths[event["time"][:10]] += min(event["data"]["reps"], 10)
    return {
        day: (min(n / 10, PLANNED_SETS), round(max(0, n / 10 - PLANNED_SETS), 3)) for day, n in sorted(tenths.items())
    }


def check(stack, ledger, tokens, claims):
    stored_in_all = lost = strange = twice = changed = conflicts = 0
    for user in MOST_A_ROUND:
        stored = stack.all(f"/v1/users/{user}/events", tokens[user])
        ids = Counter(event["id"] for event in stored)
        stored_in_all += len(stored)
        lost += len(ledger.accepted[user] - ids.keys())
        strange += len(ids.keys() - ledger.sent[user].keys())
        twice += sum(n - 1 for n in ids.values())
        changed += sum(
            content(event) != content(ledger.sent[user][event["id"]])
            for event in stored
            if event["id"] in ledger.sent[user]
        )
        conflicts += len(stack.all(f"/v1/users/{user}/events/conflicts", tokens[user]))
    accepted = sum(map(len, ledger.accepted.values()))
    say(f"{ledger.rounds} rounds, {sum(map(len, ledger.sent.values()))} events sent, {accepted} accepted, {stored_in_all} stored")
    say(f"outcomes: {dict(ledger.outcomes)}; {ledger.repeated} sent again although accepted")
    claims.same("nothing was rejected", sum(n for o, n in ledger.outcomes.items() if o.startswith("rejected")), 0)
    claims.same("in the end everything that was sent is accepted", sum(len(ledger.open(u)) for u in MOST_A_ROUND), 0)
    claims.same("accepted events that are not in the history", lost, 0)
    claims.same("events in the history that were never sent", strange, 0)
    claims.same("events in the history more than once", twice, 0)
    claims.same("events that came back other than they were sent", changed, 0)
    claims.same("conflicts", conflicts, 0)
    claims.same("bytes of dead letters", stack.dead_letters(), 0)
    first, last = ledger.today - timedelta(days=DATES - 1), ledger.today
    differing = {}
    for user in COUNTED:
        days = get(
            f"{stack.reminder}/v1/users/{user}/adherence/days?from={first}&to={last}", tokens[user]
        )["days"]
        actual = {d["date"]: (float(d["done"]), float(d["over"])) for d in days if float(d["done"]) > 0}
        expected = figures(ledger, user)
        for day in sorted(actual.keys() | expected.keys()):
            if actual.get(day) != expected.get(day):
                differing[f"{user} {day}"] = (expected.get(day), actual.get(day))
        a28 = stack.adherence(user, tokens[user])["a28"]
        closed = [str(ledger.today - timedelta(days=n)) for n in range(1, 29)]
        wanted = (round(sum(expected.get(day, (0, 0))[0] for day in closed), 3), 28 * PLANNED_SETS)
        if date.today() == ledger.today and (float(a28["numerator"]), a28["denominator"]) != wanted:
            differing[f"{user} A28"] = (wanted, a28)
    claims.same(f"days and A28 of {len(COUNTED)} users that differ from the ledger's", differing, {})


def main():
    given = arguments(
        __doc__,
        rounds={"type": int, "default": 20},
        in_jvm={"action": "store_true", "help": "on the in-JVM server instead of a mongod"},
        lose_kafka={"action": "store_true", "help": "in the end, lose Kafka's data folder too"},
    )
    draw = random.Random(given.seed)
    claims = Claims()
    stack = Stack(given.data, given.port_offset, mongod=not given.in_jvm)
    kept = given.data.with_suffix(".ledger")
    ledger = pickle.loads(kept.read_bytes()) if kept.exists() else Ledger()
    try:
        run(given, draw, claims, stack, ledger)
    finally:
        stack.kill()
        # Of a run that is interrupted, too: what was sent may be stored.
        kept.write_bytes(pickle.dumps(ledger))
    claims.end()


def run(given, draw, claims, stack, ledger):
    left_over = None
    for n in range(given.rounds):
        ledger.rounds += 1
        if n % 5 == 3:
            # Now and then a start does not get far.
            stack.launch()
            wait = draw.uniform(1, 15)
            time.sleep(wait)
            say(f"round {ledger.rounds}: killed {wait:.1f} s into the start: {', '.join(stack.kill())}")
        seconds = stack.up()
        mongo = stack.pid("mongod")
        if n == 0:
            if not given.in_jvm:
                claims.claim("it runs on a mongod of its own", mongo is not None)
            if ledger.rounds == 1:
                plans(stack, ledger)
        stopped(left_over, mongo, claims)
        started = apps(stack, ledger, draw)
        until(lambda: any(app.answered for app in started), seconds=10, pause=0.01)
        began, wait = time.monotonic(), draw.uniform(0, 3.5)
        # A quick machine would be through before.
        enough = 0.2 * sum(MOST_A_ROUND.values())
        until(lambda: sum(app.fresh for app in started) < enough, seconds=wait, pause=0.01)
        wait = time.monotonic() - began
        spare = ("mongod",) if n % 4 == 1 and not given.in_jvm else ()
        running = sum(app.sending for app in started)
        killed = stack.kill(spare)
        left_over = mongo if spare else None
        for app in started:
            app.join(20)
        unanswered = sum(len(ledger.open(user)) for user in MOST_A_ROUND)
        accepted = sum(map(len, ledger.accepted.values()))
        say(
            f"round {ledger.rounds}: ready in {seconds:.1f} s; killed {wait:.2f} s after the first outcome: {', '.join(killed)};"
            f" {running} of {len(started)} streams were sending; {accepted} accepted so far, {unanswered} without an outcome"
        )
        if not running or any(app.ended and app.fresh for app in started):
            claims.claim(f"round {ledger.rounds} killed running streams", False, "it was over before: no proof")
    say(f"the last start: ready in {stack.up():.1f} s")
    stopped(left_over, stack.pid("mongod"), claims)
    tokens = settle(stack, ledger, draw)
    check(stack, ledger, tokens, claims)
    if given.lose_kafka:
        tokens = lose_kafka(stack, ledger, draw, claims)
    claims.found_out(lambda lied: check(stack, lying(ledger), tokens, lied), 6)
    claims.claim("Ctrl-C stops all of it", stack.stop())


def stopped(left_over, mongo, claims):
    if left_over is not None:
        claims.claim("the mongod that was left over is stopped, another runs", not alive(left_over) and mongo != left_over)


def lose_kafka(stack, ledger, draw, claims):
    stack.stop()
    shutil.rmtree(stack.data / "kafka")
    say(f"Kafka's data folder is deleted; ready in {stack.up():.1f} s")
    for app in apps(stack, ledger, draw):
        app.join(60)
    tokens = settle(stack, ledger, draw)
    check(stack, ledger, tokens, claims)
    coach = stack.token("coach-anna")
    claims.same(
        "session-service knows again who coaches whom",
        until(lambda: call("GET", f"{stack.session}/v1/users/{COUNTED[0]}/events", coach)[0], 200, 30),
        200,
    )
    return tokens


def lying(ledger):
    """A copy with one lie for each claim that compares with it."""
    ledger = copy.deepcopy(ledger)
    user = COUNTED[0]
    first, second, third = list(ledger.sent[user])[:3]
    ledger.sent[user]["never"] = dict(ledger.sent[user][first], id="never")
    ledger.accepted[user].add("never")
    del ledger.sent[user][second]
    ledger.accepted[user].discard(second)
    ledger.sent[user][third]["data"]["reps"] += 1
    ledger.outcomes["rejected"] += 1
    ledger.sent[HASTY]["open"] = dict(ledger.sent[user][first], id="open")
    return ledger


if __name__ == "__main__":
    main()
