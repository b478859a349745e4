#!/usr/bin/env python3
"""Spoils and loses what reminder-service has derived, while sets keep coming in, and restores it by rebuild and replay:
python3 ops/prove-replay.py [--users 40]. Besides what the other proofs need, pymongo: it is the disaster.

What comes back is held against what was there before, against a ledger of what was sent, and, for whoever sent nothing
meanwhile, against every nudge and alert: restoring says nothing to anybody.
"""
import copy
import struct
from datetime import timedelta

from proof import *

try:
    import pymongo
except ImportError:
    raise SystemExit("pymongo is missing: python3 -m pip install pymongo")

DATES = 6
SETS = 20
MEANWHILE = 100
PER_SECOND = 20


def history(user, random, now, dates, scores):
    """Sets of the dates that lie so many days back; some corrected or withdrawn, some with a pain score after them."""
    events = []
    for back in dates:
        at = now - timedelta(days=back)
        for n in range(random.randrange(SETS)):
            made = completed_set(f"{user}.{back}.{n}", at - timedelta(seconds=n + 1), random.choice((None, 3, 10, 12)))
            events.append(made)
            if random.random() < 0.1:
                again = copy.deepcopy(made)
                again["id"] += ".corrected"
                again["data"] |= {"reps": 7, "replaces": made["id"]}
                events.append(again)
            elif random.random() < 0.1:
                events.append({**made, "id": made["id"] + ".withdrawn", "type": "dev.adhere.withdrawal.v1",
                               "data": {"replaces": made["id"], "zone": "UTC"}})
        if scores and random.random() < 0.5:
            score = {"code": "PAIN", "score": random.randrange(7), "context": "DURING", "zone": "UTC", "exerciseId": "bridge"}
            events.append({**completed_set(f"{user}.{back}.pain", at), "type": "dev.adhere.pain-score.v1", "data": score})
    return events


class Live(threading.Thread):
    """Client apps that go on with their day, whatever happens: each set is a whole one."""

    def __init__(self, stack, tokens):
        super().__init__(daemon=True)
        self.stack, self.tokens = stack, tokens
        self.accepted = dict.fromkeys(tokens, 0)
        self.refused = 0
        self.halted = threading.Event()

    def run(self):
        n = 0
        while not self.halted.is_set():
            user = list(self.tokens)[n % len(self.tokens)]
            event = completed_set(f"{user}.live.{n}", datetime.now(timezone.utc), 10, "pelvic-tilt")
            status, _ = call("POST", f"{self.stack.session}/v1/events", self.tokens[user], event, "application/cloudevents+json")
            if status == 202:
                self.accepted[user] += 1
                n += 1
            else:
                self.refused += 1
            time.sleep(1 / PER_SECOND)

    def end(self):
        self.halted.set()
        self.join(30)


class Watch:
    """What reminder-service says of people."""

    def __init__(self, stack, coach, users, first):
        self.stack, self.coach, self.users, self.first = stack, coach, users, first

    def read(self, user, path):
        return get(f"{self.stack.reminder}/v1/users/{user}/{path}", self.coach)

    def figures(self, user):
        answer = {k: v for k, v in self.read(user, "adherence").items() if k not in ("asOf", "appliedThrough")}
        return answer, self.read(user, f"adherence/days?from={self.first}")

    def all_figures(self):
        with ThreadPoolExecutor(4) as pool:
            return dict(zip(self.users, pool.map(self.figures, self.users)))

    def said(self):
        """Nudges and alerts of everybody, and what was decided."""
        paths = ("nudges", "alerts", "nudges/decisions")
        return {user: [self.read(user, path)["items"] for path in paths] for user in self.users}

    def done_today(self, user):
        return float(sum(float(item["doneSets"]) for item in self.read(user, "agenda")["items"] if item["exerciseId"] == "pelvic-tilt"))


def wait_for_quiet():
    """Plans are UTC's and as usual: at these times something is decided about everybody, and a day ends."""
    while True:
        now = datetime.now(timezone.utc)
        moments = [now.replace(hour=h, minute=m, second=0) + timedelta(days=d) for d in (0, 1) for h, m in ((0, 0), (8, 30), (17, 30), (20, 0))]
        if all(now < m - timedelta(minutes=10) or now > m + timedelta(minutes=1) for m in moments):
            return
        time.sleep(10)


def differing(before, after):
    return [user for user in before if before[user] != after[user]]


def spoil(sums):
    """A date's sums as they are stored (SumsBytes), done and rawDone in them made 7 thousandths."""
    return sums[:8] + struct.pack(">q", 7) + sums[16:20] + struct.pack(">q", 7) + sums[28:]


def proof(given, claims):
    wait_for_quiet()
    stack = Stack(given.data, given.port_offset)
    say(f"ready in {stack.up():.1f} s")
    live = None
    try:
        users = [f"user-{n:03d}" for n in range(1, given.users + 1)]
        # Half of them goes on meanwhile.
        busy, quiet = users[::2], users[1::2]
        coach, ops = stack.token("coach-anna"), stack.token("ops")
        tokens = stack.tokens(users)
        now = datetime.now(timezone.utc)
        first = (now - timedelta(days=DATES)).date()
        draw = random.Random(given.seed)
        # The bridge is of the past days; the tilt is what the busy half does meanwhile.
        items = [
            {"id": "bridge", "exerciseId": "bridge", "sets": SETS, "reps": 10, "schedule": {"everyDays": 1}},
            {"id": "tilt", "exerciseId": "pelvic-tilt", "sets": MEANWHILE, "reps": 10, "schedule": {"everyDays": 1}},
        ]
        for user in users:
            stack.plan(user, coach, {"timeZone": "UTC", "zonePolicy": "FIXED",
                                     "versions": [{"effectiveFrom": str(first), "items": items}]})
        watch = Watch(stack, coach, quiet, first)

        def bring_in(dates, scores):
            sent = 0
            for user in users:
                events = history(user, draw, now, dates, scores)
                sent += len(events)
                status, text = call("POST", f"{stack.session}/v1/events", tokens[user],
                                    b"".join(map(line, events)).decode(), "application/x-ndjson")
                outcomes = [json.loads(x)["status"] for x in text.splitlines()]
                if status != 200 or set(outcomes) - {"accepted"}:
                    raise AssertionError(f"the history of {user} is not accepted: {status} {text[:300]}")
            settle(watch)
            return sent

        # What rules and coaches decide is in the backup or nowhere: scores, which rules decide by, come before it.
        database = pymongo.MongoClient(f"mongodb://127.0.0.1:{27018 + given.port_offset}/?directConnection=true")["adhere_reminder"]
        sent = bring_in(range(DATES, 2, -1), scores=True)
        backup = {head["_id"]: head for head in database.users.find({"_id": {"$in": users}})}
        claims.same(f"a backup is made after {sent} events", len(backup), len(users))
        sent += bring_in(range(2, -1, -1), scores=False)
        figures, said = watch.all_figures(), watch.said()
        say(f"{sent} events of {len(users)} users are counted; {sum(len(a) + len(b) for a, b, _ in said.values())} nudges and alerts among the {len(quiet)} who send nothing more")

        live = Live(stack, {user: tokens[user] for user in busy})
        live.start()

        say("Rebuild of what is right")
        status, text = call("POST", f"{stack.reminder}/v1/rebuild", ops, timeout=300)
        claims.same("it finds nothing to change", (status, json.loads(text)["changed"]), (200, 0))

        say("Rebuild of figures that were spoilt")
        spoilt = quiet[: len(quiet) // 2]
        for user in spoilt:
            sums = database.users.find_one({"_id": user})["sums"]
            database.users.update_one({"_id": user}, {"$set": {"sums": [spoil(date) for date in sums]}})
        wrong = differing(figures, watch.all_figures())
        claims.same("spoilt figures are seen", sorted(wrong), sorted(spoilt))
        status, text = call("POST", f"{stack.reminder}/v1/rebuild", ops, timeout=300)
        claims.same("it changes those users and no other", (status, json.loads(text)["changed"]), (200, len(spoilt)))
        claims.same("figures are what they were", differing(figures, watch.all_figures()), [])

        say("Every fact is lost; plans, decisions and old figures come back from the backup while reminder-service stands still")
        pid = stack.pid("reminder-service")
        os.kill(pid, signal.SIGSTOP)
        try:
            # What it had counted, session-service has stored: nothing lags.
            time.sleep(3)
            lost = database.days.delete_many({"_id": {"$regex": "^(" + "|".join(users) + ")\\|"}}).deleted_count
            for user, head in backup.items():
                database.users.replace_one({"_id": user}, head)
            began = time.monotonic()
            status, text = call("POST", f"{stack.session}/v1/replay", ops, {}, timeout=300)
            claims.claim(f"{lost} days are gone; replay sends {json.loads(text)['events']} events",
                         status == 200 and lost >= len(users) and json.loads(text)["events"] >= sent, text)
        finally:
            os.kill(pid, signal.SIGCONT)
        until(lambda: differing(figures, watch.all_figures()), [], 120, 1)
        claims.same("figures are what they were", differing(figures, watch.all_figures()), [])
        say(f"that took {time.monotonic() - began:.1f} s from the replay's start")

        live.end()
        claims.claim(f"{sum(live.accepted.values())} sets came in meanwhile, none was refused", sum(live.accepted.values()) > 100 and not live.refused, live.refused)
        everyone = Watch(stack, coach, busy, first)
        expected = {user: float(min(count, MEANWHILE)) for user, count in live.accepted.items()}
        actual = until(lambda: {user: everyone.done_today(user) for user in busy}, expected, 60, 1)
        claims.same("each of them counts once", {u: (actual[u], expected[u]) for u in busy if actual[u] != expected[u]}, {})
        status, text = call("POST", f"{stack.reminder}/v1/rebuild", ops, timeout=300)
        claims.same("a rebuild has nothing left to change", (status, json.loads(text)["changed"]), (200, 0))
        claims.same("nobody was told or decided about anything by all this", differing(said, watch.said()), [])
        claims.same("no dead letters", stack.dead_letters(), 0)
    finally:
        if live:
            live.halted.set()
        stack.stop()


def settle(watch):
    """Until figures are the same twice in a row, some seconds apart."""
    before = None
    while True:
        after = watch.all_figures()
        if before == after:
            return
        before = after
        time.sleep(3)


if __name__ == "__main__":
    claims = Claims()
    proof(arguments(__doc__, users={"type": int, "default": 40}), claims)
    claims.end()
