#!/usr/bin/env python3
"""Starts the clocks just before a moment and watches what happens at it: python3 ops/prove-clock.py [--case NAME].

day-end: a day ends in Berlin, not in New York. nudge: 17:30, half an hour before a plan's 18:00, on the day the clocks
went forward. spring: the end of that day of 23 hours. autumn: the end of a day of 25. outage: everything is off from before
a due time until after the day's end.
"""
from datetime import timedelta

from proof import *

PROMPT = timedelta(seconds=5)


def at(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


class Scene:
    """A stack just before a moment, and its users."""

    def __init__(self, given, claims, name, moment_at):
        self.claims, self.name, self.moment = claims, name, moment_at
        self.lead = timedelta(seconds=given.lead)
        self.stack = Stack(given.data.with_name(name), given.port_offset)

    def __enter__(self):
        seconds = self.stack.up(now=self.moment - self.lead)
        say(f"{self.name}: clocks at {instant(self.moment - self.lead)}, ready in {seconds:.1f} s, watching {instant(self.moment)}")
        if seconds > self.lead.total_seconds() - 20:
            self.stack.kill()
            raise SystemExit("That is too late to see anything before the moment: start again with a longer --lead.")
        self.coach = self.stack.token("coach-anna")
        return self

    def __exit__(self, *_):
        self.stack.kill()

    def plan(self, user, zone, begin, sets=3, times=None):
        schedule = {"everyDays": 1, **({"timesOfDay": [times]} if times else {})}
        item = {"id": "bridge", "exerciseId": "bridge", "sets": sets, "reps": 10, "schedule": schedule}
        plan = {"timeZone": zone, "zonePolicy": "FIXED", "versions": [{"effectiveFrom": begin, "items": [item]}]}
        self.stack.plan(user, self.coach, plan)

    def sets(self, user, zone, *times):
        """Streams full sets at these times; every one has to be accepted."""
        lines = "".join(line(completed_set(f"{user}.{t}".replace(":", "").replace("+", "."), at(t), 10, zone=zone)).decode() for t in times)
        token = self.stack.token(user)
        url = f"{self.stack.session}/v1/events"

        def post():
            status, text = call("POST", url, token, lines, "application/x-ndjson")
            return status == 200 and [json.loads(x)["status"] for x in text.splitlines()] == ["accepted"] * len(times)

        if not until(post, seconds=20):
            raise AssertionError(f"the sets of {user} are not accepted: {call('POST', url, token, lines, 'application/x-ndjson')}")

    def read(self, user, path):
        return get(f"{self.stack.reminder}/v1/users/{user}/{path}", self.coach)

    def a7(self, user):
        a7 = self.read(user, "adherence")["a7"]
        return float(a7["numerator"]), a7["denominator"], a7["value"]

    def days(self, user, first, last):
        days = self.read(user, f"adherence/days?from={first}&to={last}")["days"]
        return {d["date"]: float(d["done"]) for d in days}

    def today(self, user):
        today = self.read(user, "adherence")["today"]
        return today["date"], float(today["done"])

    def closes(self, user, before, after):
        """The day closes at the moment, neither before it nor long after, by the application's own clock."""
        answer = self.read(user, "adherence")
        self.claims.same(f"{user}: before it, closed days end with", answer["throughDate"], before)
        early, first = at(answer["asOf"]), None
        end = time.monotonic() + (self.lead + PROMPT * 3).total_seconds()
        while first is None and time.monotonic() < end:
            answer = self.read(user, "adherence")
            if answer["throughDate"] != before:
                first = answer
            else:
                early = at(answer["asOf"])
            time.sleep(0.1)
        self.claims.same(f"{user}: after it, closed days end with", (first or {}).get("throughDate"), after)
        if first is not None:
            seen = at(first["asOf"])
            self.claims.claim(
                f"{user}: still open at {early:%H:%M:%S.%f}, closed at {seen:%H:%M:%S.%f} UTC",
                self.moment <= seen <= self.moment + PROMPT,
                f"the moment is {self.moment:%H:%M:%S}",
            )

    def stays_open(self, user, through, until_then):
        """Nothing closes up to an instant."""
        while True:
            answer = self.read(user, "adherence")
            if answer["throughDate"] != through or at(answer["asOf"]) >= until_then:
                break
            time.sleep(0.2)
        self.claims.same(f"{user}: at {at(answer['asOf']):%H:%M:%S} UTC closed days still end with", answer["throughDate"], through)


def day_end(given, claims):
    with Scene(given, claims, "day-end", at("2027-02-16T23:00:00Z")) as scene:
        scene.plan("user-011", "Europe/Berlin", "2027-02-10")
        scene.plan("user-012", "America/New_York", "2027-02-10")
        scene.sets(
            "user-011", "Europe/Berlin",
            "2027-02-15T09:00:00+01:00", "2027-02-15T09:01:00+01:00", "2027-02-15T09:02:00+01:00",
            "2027-02-16T09:00:00+01:00", "2027-02-16T23:40:00+01:00",
        )
        scene.sets("user-012", "America/New_York", "2027-02-16T12:00:00-05:00")
        claims.same("user-011: A7 before, 3 of 6 days' 18", until(lambda: scene.a7("user-011"), (3.0, 18, 16.7), 20), (3.0, 18, 16.7))
        claims.same("user-011: today before", until(lambda: scene.today("user-011"), ("2027-02-16", 2.0), 20), ("2027-02-16", 2.0))
        scene.closes("user-011", "2027-02-15", "2027-02-16")
        claims.same("user-011: A7 after, 5 of 7 days' 21", scene.a7("user-011"), (5.0, 21, 23.8))
        claims.same("user-011: today is another day", scene.today("user-011"), ("2027-02-17", 0.0))
        agenda = scene.read("user-011", "agenda?date=2027-02-16")["items"][0]
        claims.same("user-011: the closed day's slot", (float(agenda["doneSets"]), agenda["state"]), (2.0, "PARTIAL"))
        claims.same("user-012: in New York it is the same day", (scene.read("user-012", "adherence")["throughDate"], scene.today("user-012")), ("2027-02-15", ("2027-02-16", 1.0)))
        scene.sets("user-011", "Europe/Berlin", "2027-02-16T22:00:00+01:00", "2027-02-17T00:00:01+01:00")
        claims.same("user-011: a late set repairs the closed day", until(lambda: scene.a7("user-011"), (6.0, 21, 28.6), 20), (6.0, 21, 28.6))
        claims.same("user-011: a set after midnight is the new day's", until(lambda: scene.today("user-011"), ("2027-02-17", 1.0), 20), ("2027-02-17", 1.0))


def nudges(scene, user):
    return [
        (n["kind"], n["date"], n["outcome"], n["reason"], n["channel"])
        for n in scene.read(user, "nudges/decisions")["items"]
    ]


def nudge(given, claims):
    """17:30 in Berlin on 2027-03-28 is 15:30 UTC; on the day before it was 16:30 UTC."""
    with Scene(given, claims, "spring", at("2027-03-28T15:30:00Z")) as scene:
        for user in ("user-021", "user-022", "user-025"):
            scene.plan(user, "Europe/Berlin", "2027-03-22", times="18:00")
        scene.plan("user-023", "America/New_York", "2027-03-22", times="18:00")
        scene.plan("user-024", "Europe/Berlin", "2027-03-22", sets=4, times="08:00")
        # Who missed the days before is left alone: user-025.
        scene.sets("user-021", "Europe/Berlin", "2027-03-27T18:00:00+01:00")
        scene.sets("user-022", "Europe/Berlin", "2027-03-28T17:10:00+02:00")
        scene.sets(
            "user-024", "Europe/Berlin",
            "2027-03-27T23:59:59+01:00", "2027-03-28T00:00:00+01:00", "2027-03-28T01:59:59+01:00", "2027-03-28T03:00:00+02:00",
        )
        due = scene.read("user-021", "agenda?date=2027-03-28")["items"][0]
        claims.same("user-021: due today at", (due["timeOfDay"], due["state"]), ("18:00", "DUE"))
        claims.same("user-022: today", until(lambda: scene.today("user-022"), ("2027-03-28", 1.0), 20), ("2027-03-28", 1.0))
        claims.same("nobody has a decision before the moment", [nudges(scene, f"user-02{n}") for n in range(1, 6)], [[]] * 5)
        sent = ("DUE_SOON", "2027-03-28", "SENT", None, "INBOX")
        done = ("DUE_SOON", "2027-03-28", "SUPPRESSED", "DONE", None)
        seconds = scene.lead.total_seconds() + 15
        claims.same("user-021: decided", until(lambda: nudges(scene, "user-021"), [sent], seconds), [sent])
        claims.same("user-022: did a set at 17:10, decided", until(lambda: nudges(scene, "user-022"), [done], 10), [done])
        alone = ("DUE_SOON", "2027-03-28", "SUPPRESSED", "OUTRANKED", None)
        claims.same("user-025: nothing done for six days, decided", until(lambda: nudges(scene, "user-025"), [alone], 10), [alone])
        inbox = scene.read("user-021", "nudges")["items"]
        claims.same("user-021: the inbox has one, delivered", [(n["kind"], n["state"]) for n in inbox], [("DUE_SOON", "DELIVERED")])
        for user in ("user-021", "user-022"):
            decided = [at(n["decidedAt"]) for n in scene.read(user, "nudges/decisions")["items"]]
            claims.claim(
                f"{user}: decided at {', '.join(f'{d:%H:%M:%S.%f}' for d in decided)} UTC, 17:30 in Berlin",
                len(decided) == 1 and scene.moment <= decided[0] <= scene.moment + PROMPT,
                f"the moment is {scene.moment:%H:%M:%S}",
            )
        claims.same("user-022: the inbox is empty", scene.read("user-022", "nudges")["items"], [])
        time.sleep(3)
        claims.same("user-023: in New York it is not yet time", nudges(scene, "user-023"), [])
        claims.same("user-021: still one decision", nudges(scene, "user-021"), [sent])


def spring(given, claims):
    """The day of 23 hours ends 23 hours after it began; goes on with the data of the nudge."""
    with Scene(given, claims, "spring", at("2027-03-28T22:00:00Z")) as scene:
        claims.same(
            "user-024: sets around midnight and over the gap count on their dates",
            until(lambda: scene.days("user-024", "2027-03-27", "2027-03-28"), {"2027-03-28": 3.0, "2027-03-27": 1.0}, 20),
            {"2027-03-28": 3.0, "2027-03-27": 1.0},
        )
        claims.same("user-024: A7 before, 1 of 6 days' 24", scene.a7("user-024"), (1.0, 24, 4.2))
        scene.closes("user-024", "2027-03-27", "2027-03-28")
        claims.same("user-024: A7 after, 4 of 7 days' 28", scene.a7("user-024"), (4.0, 28, 14.3))
        claims.same("user-024: today", scene.today("user-024"), ("2027-03-29", 0.0))
        claims.same("user-023: in New York the day goes on", scene.read("user-023", "adherence")["throughDate"], "2027-03-27")
        # 20:00 passed while everything was off.
        decided = [("DUE_SOON", "2027-03-28", "SENT", None, "INBOX"), ("OVERDUE", "2027-03-28", "SUPPRESSED", "STALE", None)]
        claims.same("user-021: the nudge is still the only one, what came too late is not sent", sorted(nudges(scene, "user-021")), decided)


def autumn(given, claims):
    """2027-10-31 has 25 hours in Berlin: it began at 22:00 UTC and ends at 23:00 UTC."""
    with Scene(given, claims, "autumn", at("2027-10-31T22:00:00Z")) as scene:
        scene.plan("user-031", "Europe/Berlin", "2027-10-25", sets=4)
        scene.sets(
            "user-031", "Europe/Berlin",
            "2027-10-30T23:59:59+02:00", "2027-10-31T00:00:00+02:00", "2027-10-31T02:30:00+02:00", "2027-10-31T02:30:00+01:00",
        )
        claims.same(
            "user-031: 02:30 comes twice and is two sets",
            until(lambda: scene.days("user-031", "2027-10-30", "2027-10-31"), {"2027-10-31": 3.0, "2027-10-30": 1.0}, 20),
            {"2027-10-31": 3.0, "2027-10-30": 1.0},
        )
        scene.stays_open("user-031", "2027-10-30", at("2027-10-31T22:00:10Z"))
    with Scene(given, claims, "autumn", at("2027-10-31T23:00:00Z")) as scene:
        scene.closes("user-031", "2027-10-30", "2027-10-31")
        claims.same("user-031: A7 after, 4 of 7 days' 28", scene.a7("user-031"), (4.0, 28, 14.3))


def outage(given, claims):
    """17:30 in Berlin on 2027-05-10 is 15:30 UTC; everything is off from before that until 07:30 of the next day."""
    users = [f"user-04{n}" for n in range(1, 7)]
    idle, done, later = users[0], users[1], users[2]
    with Scene(given, claims, "outage", at("2027-05-10T15:30:00Z")) as scene:
        for user in users:
            scene.plan(user, "Europe/Berlin", "2027-05-03", times="18:00")
            scene.sets(user, "Europe/Berlin", "2027-05-09T18:00:00+02:00")
        scene.sets(done, "Europe/Berlin", *(f"2027-05-10T17:0{n}:00+02:00" for n in range(3)))
        claims.same(f"{done}: today", until(lambda: scene.today(done), ("2027-05-10", 3.0), 20), ("2027-05-10", 3.0))
        claims.same("nobody has a decision when it all goes off", [nudges(scene, user) for user in users], [[]] * 6)
    with Scene(given, claims, "outage", at("2027-05-11T05:30:00Z")) as scene:
        through = until(lambda: [scene.read(user, "adherence")["throughDate"] for user in users], ["2027-05-10"] * 6, 30)
        claims.same("the day has closed for everybody", through, ["2027-05-10"] * 6)
        stale = [(kind, "2027-05-10", "SUPPRESSED", "STALE", None) for kind in ("DUE_SOON", "OVERDUE")]
        for user in users:
            if user != done:
                claims.same(f"{user}: what came too late is decided and not sent", until(lambda: sorted(nudges(scene, user)), stale, 10), stale)
        known = [(kind, "2027-05-10", "SUPPRESSED", "DONE", None) for kind in ("DUE_SOON", "OVERDUE")]
        claims.same(f"{done}: a finished day is done, not late", until(lambda: sorted(nudges(scene, done)), known, 10), known)
        claims.same("no inbox has anything: nothing comes at once", [scene.read(user, "nudges")["items"] for user in users], [[]] * 6)
        scene.sets(later, "Europe/Berlin", *(f"2027-05-10T19:0{n}:00+02:00" for n in range(3)))
        claims.same(
            f"{later}: was without a connection, and the closed day is repaired",
            until(lambda: scene.days(later, "2027-05-10", "2027-05-10"), {"2027-05-10": 3.0}, 20),
            {"2027-05-10": 3.0},
        )
        claims.same(f"{later}: and nothing is said about it", (sorted(nudges(scene, later)), scene.read(later, "nudges")["items"]), (stale, []))
        claims.same(f"{idle}: still nothing", scene.read(idle, "nudges")["items"], [])


CASES = {"day-end": day_end, "nudge": nudge, "spring": spring, "autumn": autumn, "outage": outage}


def main():
    given = arguments(
        __doc__,
        case={"choices": list(CASES), "action": "append", "help": "only this one; may be repeated"},
        # A start takes half a minute, plans and sets a few seconds.
        lead={"type": int, "default": 100, "help": "seconds from the start to the moment"},
    )
    claims = Claims()
    for name, prove in CASES.items():
        if given.case is None or name in given.case:
            prove(given, claims)
    claims.end()


if __name__ == "__main__":
    main()
