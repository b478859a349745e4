#!/usr/bin/env python3
"""Sends 100,000 events with 5 % rubbish and 10 % repetitions, through one stream and from 500 users at once, and holds
answers, history and figures against the generator's own ledger: python3 ops/prove-load.py [--part one|many].

session-service runs as its own process with --heap (256m). Every line must get the outcome that the ledger expects.
"""
from collections import Counter, defaultdict
from datetime import timedelta

from proof import *

ONE = "user-201"
PLAN = [
    {"id": "bridge", "exerciseId": "bridge", "sets": 9, "reps": 10, "schedule": {"everyDays": 1}},
    {"id": "plank", "exerciseId": "plank", "sets": 6, "holdSeconds": 30, "schedule": {"everyDays": 1}},
]
TARGET = {"bridge": ("reps", 10, 9), "plank": ("holdSeconds", 30, 6)}
PLANNED_DATES = 7


def rubbish(event, kind):
    """A line of this kind made of a sound event, and the slug that it has to be refused with."""
    data = event["data"]
    if kind == "no JSON":
        return b"{this is no JSON\n", "invalid-body"
    if kind == "no event":
        return b"[1,2,3]\n", "invalid-body"
    if kind == "bytes that are no UTF-8":
        return line(event).replace(b'"app/proof"', b'"app/\xff\xfe"'), "invalid-body"
    if kind == "a name with $":
        return line({**event, "data": {**data, "$where": 1}}), "invalid-body"
    if kind == "somebody else's":
        return line({**event, "subject": "user-999"}), "invalid-body"
    if kind == "too deep":
        return line({**event, "data": {**data, "x": 0}}).replace(b'"x":0', b'"x":' + b"[" * 50 + b"]" * 50), "invalid-body"
    if kind == "a field of the service":
        return line({**event, "data": {**data, "receivedAt": "2020-01-01T00:00:00Z"}}), "reserved-field"
    if kind == "no time":
        return line({name: value for name, value in event.items() if name != "time"}), "validation-failed"
    if kind == "half a repetition":
        half = {**data, "exerciseId": "bridge", "reps": 4.5}
        return line({**event, "type": "dev.adhere.completed-set.v1", "data": half}), "validation-failed"
    if kind == "a score of 11":
        score = {"score": 11, "context": "AFTER", "zone": "UTC"}
        return line({**event, "type": "dev.adhere.pain-score.v1", "data": score}), "validation-failed"
    if kind == "an unknown type":
        return line({**event, "type": "dev.adhere.somersault.v1"}), "unknown-event-type"
    if kind == "tomorrow":
        return line({**event, "time": instant(datetime.now(timezone.utc) + timedelta(days=1))}), "event-in-future"
    if kind == "too old":
        return line({**event, "time": instant(datetime.now(timezone.utc) - timedelta(days=402))}), "event-too-old"
    if kind == "an unknown exercise":
        return line({**event, "data": {**data, "exerciseId": "moonwalk"}}), "unknown-reference"
    if kind == "too long":
        return line({**event, "data": {**data, "note": "x" * 66_000}}), "payload-too-large"
    raise ValueError(kind)


KINDS = [
    "no JSON",
    "no event",
    "bytes that are no UTF-8",
    "a name with $",
    "somebody else's",
    "too deep",
    "a field of the service",
    "no time",
    "half a repetition",
    "a score of 11",
    "an unknown type",
    "tomorrow",
    "too old",
    "an unknown exercise",
]


class Load:
    """One user's lines, with what must become of each: the ledger."""

    def __init__(self, user, lines, dates, draw):
        self.user = user
        self.lines, self.expected = [], []
        self.distinct, self.conflicts = {}, set()
        bad, again = lines * 5 // 100, lines * 10 // 100
        now = datetime.now(timezone.utc).replace(microsecond=0)
        today = datetime(now.year, now.month, now.day, tzinfo=timezone.utc)
        plan = ["new"] * (lines - bad - again) + ["again"] * again + ["bad"] * bad
        draw.shuffle(plan)
        plan.remove("new")
        for n, what in enumerate(["new"] + plan):
            if what == "again":
                event = draw.choice(self.sent)
                if draw.random() < 0.05:
                    other = {**event, "data": {**event["data"], "setNumber": draw.randint(10, 100)}}
                    self.add(line(other), "accepted", event["id"])
                    self.conflicts.add((event["id"], content(other)))
                else:
                    shuffled = list(event.items())
                    draw.shuffle(shuffled)
                    self.add(line(dict(shuffled)), "accepted", event["id"])
                continue
            event = self.event(n, today - timedelta(days=n % dates), now, draw)
            if what == "bad":
                kind = "too long" if draw.random() < 0.004 else KINDS[n % len(KINDS)]
                text, slug = rubbish(event, kind)
                self.add(text, slug, None)
            else:
                self.distinct[event["id"]] = event
                self.sent.append(event)
                self.add(line(event), "accepted", event["id"])

    sent = property(lambda self: self.__dict__.setdefault("sent_", []))

    def add(self, text, outcome, event_id):
        self.lines.append(text)
        self.expected.append((outcome, event_id))

    def event(self, n, day, now, draw):
        at = min(day + timedelta(seconds=draw.randrange(86_400)), now)
        event_id = f"{self.user}.{n}"
        if draw.random() < 0.15:
            event = completed_set(event_id, at)
            event["type"] = "dev.adhere.pain-score.v1"
            event["data"] = {"score": draw.randint(0, 10), "context": "AFTER", "zone": "UTC"}
            return event
        if draw.random() < 0.6:
            return completed_set(event_id, at, draw.randint(1, 14), setNumber=draw.randint(1, 9))
        return completed_set(event_id, at, exercise="plank", holdSeconds=draw.randint(5, 40))

    def figures(self):
        """Sets done and beyond by date, in thousandths, in the obvious way."""
        amounts = defaultdict(int)
        for event in self.distinct.values():
            data = event["data"]
            if "exerciseId" in data:
                field, target, _ = TARGET[data["exerciseId"]]
                amounts[event["time"][:10], data["exerciseId"]] += min(data[field], target)
        days = defaultdict(lambda: [0, 0])
        for (day, exercise), amount in amounts.items():
            _, target, sets = TARGET[exercise]
            credit = (2 * amount * 1000 + target) // (2 * target)
            days[day][0] += min(credit, sets * 1000)
            days[day][1] += max(0, credit - sets * 1000)
        return {day: tuple(sums) for day, sums in days.items()}

    def chunks(self, lines):
        return [b"".join(self.lines[i : i + lines]) for i in range(0, len(self.lines), lines)]


class Answers:
    """What one stream was answered, by line."""

    def __init__(self):
        self.outcomes = []
        self.finished = 0.0
        self.last_received = ""

    def read(self, stream):
        for outcomes in stream.outcomes():
            self.outcomes += outcomes
        self.finished = time.monotonic()

    def by_line(self):
        answers = defaultdict(list)
        for outcome in self.outcomes:
            slug = outcome["status"]
            if slug == "rejected":
                slug = outcome["problem"]["type"].rsplit(":", 1)[-1]
            elif slug == "accepted":
                self.last_received = max(self.last_received, outcome["receivedAt"])
            answers[outcome["line"]].append((slug, outcome["id"]))
        return answers


def start(given, claims):
    """The stack with session-service at the heap asked for, its copy of the catalogue settled."""
    settings = {"SESSION_SERVICE_JAVA_OPTIONS": f"-Xmx{given.heap}"}
    stack = Stack(given.data, given.port_offset, settings=settings)
    say(f"ready in {stack.up():.1f} s")
    session = stack.pid("session-service")
    command = subprocess.run(["ps", "-o", "args=", "-p", str(session)], capture_output=True, text=True).stdout.split()
    heap = [argument for argument in command if argument.startswith("-Xmx")]
    claims.same("session-service is a process of its own, its heap", heap[-1:], [f"-Xmx{given.heap}"])
    claims.claim("MongoDB is a mongod", stack.pid("mongod") is not None)
    token = stack.token(ONE)
    probe = line(completed_set("probe", datetime.now(timezone.utc), exercise="moonwalk"))
    until(
        lambda: "unknown-reference" in call("POST", f"{stack.session}/v1/events", token, probe.decode(), "application/cloudevents+json")[1],
        seconds=90,
        pause=1,
    )
    return stack


def memory(stack, role):
    ps = subprocess.run(["ps", "-o", "rss=", "-p", str(stack.pid(role))], capture_output=True, text=True)
    return int(ps.stdout) // 1024


def compare(claims, loads, answers):
    """Answers against the ledger, line by line; how many were accepted."""
    differing, counted, wanted = {}, Counter(), Counter()
    for load, answer in zip(loads, answers):
        by_line = answer.by_line()
        for number, (slug, event_id) in enumerate(load.expected, 1):
            wanted[slug] += 1
            got = by_line.pop(number, [])
            counted.update(s for s, _ in got)
            if len(got) != 1 or got[0][0] != slug or (slug == "accepted" and got[0][1] != event_id):
                differing[f"{load.user} line {number}"] = ((slug, event_id), got)
        if by_line:
            differing[f"{load.user} lines that were never sent"] = dict(by_line)
    say(f"outcomes: {dict(sorted(counted.items()))}")
    claims.same("outcomes by slug are the ledger's", counted, wanted)
    claims.same("lines with another outcome than the ledger's, or not exactly one", dict(list(differing.items())[:5]), {})
    return counted["accepted"]


def compare_history(claims, stack, loads, tokens):
    differing, stored_in_all, conflicts_in_all, pains = {}, 0, 0, 0

    def history(load):
        path = f"/v1/users/{load.user}/events"
        # The last lines may be repetitions, behind the last new event that was waited for.
        until(lambda: len(stack.all(path + "/conflicts", tokens[load.user])), len(load.conflicts), 10)
        return stack.all(path, tokens[load.user]), stack.all(path + "/conflicts", tokens[load.user])

    with ThreadPoolExecutor(4) as pool:
        for load, (stored, conflicts) in zip(loads, pool.map(history, loads)):
            stored_in_all += len(stored)
            conflicts_in_all += len(conflicts)
            pains += sum(event["type"].endswith("pain-score.v1") for event in stored)
            expected = sorted((i, content(e)) for i, e in load.distinct.items())
            if sorted((e["id"], content(e)) for e in stored) != expected:
                differing[load.user] = f"{len(stored)} stored, {len(expected)} expected"
            if sorted((e["id"], content(e)) for e in conflicts) != sorted(load.conflicts):
                differing[f"conflicts of {load.user}"] = f"{len(conflicts)} kept, {len(load.conflicts)} expected"
    say(f"MongoDB: {stored_in_all} events, {pains} of them pain scores, {conflicts_in_all} conflicts")
    claims.same("distinct events stored", stored_in_all, sum(len(load.distinct) for load in loads))
    claims.same("conflicts kept", conflicts_in_all, sum(len(load.conflicts) for load in loads))
    claims.same("users whose history differs from the ledger in any id or content", differing, {})
    claims.same("bytes of dead letters", stack.dead_letters(), 0)


def compare_figures(claims, stack, loads, tokens, dates):
    today = datetime.now(timezone.utc).date()
    planned = sum(sets for _, _, sets in TARGET.values())
    first = today - timedelta(days=dates - 1)
    differing = {}

    def read(load):
        me = f"{stack.reminder}/v1/users/{load.user}/adherence"
        return get(f"{me}/days?from={first}&to={today}", tokens[load.user])["days"], get(me, tokens[load.user])

    with ThreadPoolExecutor(4) as pool:
        for load, (days, adherence) in zip(loads, pool.map(read, loads)):
            expected = {str(first + timedelta(days=n)): (0, 0) for n in range(dates)}
            expected.update({day: sums for day, sums in load.figures().items() if day in expected})
            actual = {d["date"]: (round(d["done"] * 1000), round(d["over"] * 1000)) for d in days}
            if actual != expected or any(d["due"] != planned for d in days):
                differing[load.user] = [(day, expected[day], actual.get(day)) for day in expected if expected[day] != actual.get(day)]
            week = [str(today - timedelta(days=n)) for n in range(1, 8)]
            closed = [day for day in week if day in expected]
            numerator = sum(expected[day][0] for day in closed)
            denominator = planned * len(closed)
            value = (2 * numerator * 1000 + denominator * 1000) // (2 * denominator * 1000) / 10 if denominator else None
            a7 = adherence["a7"]
            if (round(a7["numerator"] * 1000), a7["denominator"], a7["value"]) != (numerator, denominator, value):
                differing[f"{load.user} A7"] = ((numerator, denominator, value), a7)
            if round(adherence["today"]["done"] * 1000) != expected[str(today)][0]:
                differing[f"{load.user} today"] = (expected[str(today)], adherence["today"])
    claims.same(
        f"users of {len(loads)} whose days, A7 or today differ from the ledger", dict(list(differing.items())[:5]), {}
    )


def compare_again(claims, stack, loads, tokens, dates):
    compare_history(claims, stack, loads, tokens)
    compare_figures(claims, stack, loads, tokens, dates)


def drain(stack, loads, answers, tokens, began):
    """Seconds from the first byte until MongoDB, and until the figures, have the last event of everyone.

    One user's events keep their order on the way, so the last that was accepted stands for all of them.
    """
    waits = {}

    def recorded():
        for load in loads:
            stop = time.monotonic() + 240
            # Pages come by time and not by arrival, so what is asked for is the very event.
            last = load.sent[-1]
            at = moment(last["time"])
            url = (
                f"{stack.session}/v1/users/{load.user}/events?size=1000&from={instant(at)}"
                f"&to={instant(at + timedelta(seconds=1))}"
            )
            while all(e["id"] != last["id"] for e in get(url, tokens[load.user])["items"]) and time.monotonic() < stop:
                time.sleep(0.05)
        waits["recorded"] = time.monotonic() - began

    def figured():
        for load, answer in zip(loads, answers):
            stop = time.monotonic() + 240
            last = moment(answer.last_received or "1970-01-01T00:00:00Z")
            while time.monotonic() < stop:
                received = stack.adherence(load.user, tokens[load.user])["lastReceivedAt"]
                if received and moment(received) >= last:
                    break
                time.sleep(0.05)
        waits["figured"] = time.monotonic() - began

    threads = [threading.Thread(target=recorded), threading.Thread(target=figured)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return waits["recorded"], waits["figured"]


def report(lines, accepted, streamed, recorded, figured):
    say(
        f"{lines} lines in {streamed:.1f} s: {lines / streamed:,.0f} lines/s, {accepted / streamed:,.0f} accepted/s;"
        f" all of it in MongoDB after {recorded:.1f} s ({accepted / recorded:,.0f}/s),"
        f" in the figures after {figured:.1f} s ({accepted / figured:,.0f}/s)"
    )


def measure(given, claims, stack, loads, gaps):
    """Streams all loads at once, waits until all is drained, compares; gaps: pauses between a stream's chunks."""
    users = [load.user for load in loads]
    tokens = stack.tokens(users)
    answers = [Answers() for _ in loads]
    at_once = threading.Barrier(len(loads) + 1)
    faults = []

    def read(load, answer, open_stream):
        try:
            answer.read(open_stream)
        except OSError as fault:
            faults.append(f"{load.user}: {fault}")

    def stream(load, answer):
        try:
            chunks = load.chunks(500 if len(loads) == 1 else 40)
            open_stream = stack.stream(tokens[load.user])
            reader = threading.Thread(target=read, args=(load, answer, open_stream), daemon=True)
            reader.start()
            at_once.wait(120)
            for chunk in chunks:
                open_stream.send(chunk)
                time.sleep(gaps)
            open_stream.end()
            reader.join(240)
            open_stream.close()
        except (OSError, threading.BrokenBarrierError) as fault:
            faults.append(f"{load.user}: {fault}")

    threads = [threading.Thread(target=stream, args=pair, daemon=True) for pair in zip(loads, answers)]
    for thread in threads:
        thread.start()
    at_once.wait(120)
    began = time.monotonic()
    for thread in threads:
        thread.join(300)
    claims.same("streams that broke", faults, [])
    if faults:
        return tokens
    streamed = max(answer.finished for answer in answers) - began
    accepted = compare(claims, loads, answers)
    recorded, figured = drain(stack, loads, answers, tokens, began)
    report(sum(len(load.lines) for load in loads), accepted, streamed, recorded, figured)
    say(f"resident: session-service {memory(stack, 'session-service')} MB, reminder-service {memory(stack, 'reminder-service')} MB")
    return tokens


def main():
    given = arguments(
        __doc__,
        part={"choices": ["one", "many"], "help": "only this part"},
        events={"type": int, "default": 100_000},
        users={"type": int, "default": 500},
        heap={"default": "256m", "help": "heap of session-service"},
    )
    draw = random.Random(given.seed)
    claims = Claims()
    loads = {
        "one": [Load(ONE, given.events, 390, draw)],
        "many": [Load(f"user-{300 + n}", given.events // given.users, PLANNED_DATES, draw) for n in range(given.users)],
    }
    stack = start(given, claims)
    try:
        for part, those in loads.items():
            if given.part not in (None, part):
                continue
            say(f"{sum(len(load.lines) for load in those)} lines from {len(those)} user(s) at once")
            dates = 42 if part == "one" else PLANNED_DATES
            give_plans(stack, those, dates)
            tokens = measure(given, claims, stack, those, 0 if part == "one" else 0.2)
            compare_history(claims, stack, those, tokens)
            compare_figures(claims, stack, those, tokens, dates)
            lie(those)
            claims.found_out(lambda lied: compare_again(lied, stack, those[:1], tokens, dates), 4)
    finally:
        stack.kill()
    claims.end()


def give_plans(stack, loads, dates):
    begin = datetime.now(timezone.utc).date() - timedelta(days=dates - 1)
    plan = {"timeZone": "UTC", "zonePolicy": "FIXED", "versions": [{"effectiveFrom": str(begin), "items": PLAN}]}
    coach = {name: stack.token(name) for name in ("coach-anna", "coach-ben")}
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda load: stack.plan(load.user, coach["coach-anna"], plan), loads))


def lie(loads):
    """One event more, one set of another size, one conflict more than there were."""
    load = loads[0]
    today = str(datetime.now(timezone.utc).date())
    event = next(e for e in load.distinct.values() if e["time"][:10] == today and "reps" in e["data"])
    load.distinct["never"] = dict(event, id="never")
    some = next(e for e in load.distinct.values() if "reps" in e["data"])
    some["data"]["reps"] += 1
    load.conflicts.add(("never", content(event)))


if __name__ == "__main__":
    main()
