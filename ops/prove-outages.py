#!/usr/bin/env python3
"""Takes MongoDB and Kafka away under a stream: python3 ops/prove-outages.py [--case NAME].

mongod-stopped and mongod-killed: events are still accepted, readers get a 503 soon, the recorder catches up afterwards. kafka:
the launcher, whose JVM the broker lives in, is stopped; every outcome is `retry` within two seconds, and a resend is harmless.
"""
from collections import Counter
from datetime import timedelta

from proof import *

# What the service promises is two seconds for an outcome and five for what is read; the rest is the way there and back on
# a busy machine.
OUTCOME_WITHIN = 2.5
READ_WITHIN = 5.5


class App(threading.Thread):
    """A client app that streams a set every few milliseconds until it is told to end; its own ledger."""

    def __init__(self, stack, user, every=0.02):
        super().__init__(daemon=True)
        self.stack, self.user, self.every = stack, user, every
        self.token = stack.token(user)
        self.sent, self.sent_at, self.outcomes, self.took = {}, {}, {}, {}
        self.over = threading.Event()

    def run(self):
        stream = self.stack.stream(self.token)
        reader = threading.Thread(target=self.read, args=(stream,), daemon=True)
        reader.start()
        while not self.over.is_set():
            n = len(self.sent)
            # Four weeks, so that no date has more facts than a date may have.
            event = completed_set(f"{self.user}.{n}", datetime.now(timezone.utc) - timedelta(days=n % 28), 10)
            self.sent[event["id"]] = event
            self.sent_at[event["id"]] = time.monotonic()
            stream.send(line(event))
            time.sleep(self.every)
        stream.end()
        reader.join(60)
        stream.close()

    def read(self, stream):
        for outcomes in stream.outcomes():
            for outcome in outcomes:
                self.outcomes[outcome["id"]] = outcome
                self.took[outcome["id"]] = time.monotonic() - self.sent_at[outcome["id"]]

    def end(self):
        self.over.set()
        self.join(90)

    def between(self, begin, end):
        """Ids of the sets that were sent in this span."""
        return [i for i, at in list(self.sent_at.items()) if begin <= at < end]

    def statuses(self, ids):
        return dict(Counter(self.outcomes.get(i, {"status": "none"})["status"] for i in ids))

    def slowest(self, ids):
        return max((self.took.get(i, 999.0) for i in ids), default=0.0)


def readers(stack, user, token):
    return {
        "catalog-service": (f"{stack.catalog}/v1/exercises", token),
        "session-service": (f"{stack.session}/v1/users/{user}/events", token),
        "session-service's sessions": (f"{stack.session}/v1/users/{user}/sessions", token),
        "reminder-service": (f"{stack.reminder}/v1/users/{user}/adherence", token),
        "reminder-service's nudges": (f"{stack.reminder}/v1/users/{user}/nudges", token),
    }


def ask(url, token):
    began = time.monotonic()
    try:
        status, text = call("GET", url, token, timeout=15)
    except OSError:
        return "no answer", "", time.monotonic() - began
    return status, text, time.monotonic() - began


def stored(stack, app):
    return Counter(event["id"] for event in stack.all(f"/v1/users/{app.user}/events", app.token))


def everything_is_there(stack, app, claims, patience=120):
    """Every accepted set is in the history once, and in the figures; how long that took to be so."""
    accepted = {i for i, outcome in app.outcomes.items() if outcome["status"] == "accepted"}
    began = time.monotonic()
    missing = until(lambda: len(accepted - stored(stack, app).keys()), 0, patience, 0.5)
    seconds = time.monotonic() - began
    there = stored(stack, app)
    claims.same(f"accepted sets that are not stored {seconds:.1f} s later", missing, 0)
    claims.same("sets stored that were never sent, or twice", [i for i, n in there.items() if n > 1 or i not in app.sent], [])
    claims.same("bytes of dead letters", stack.dead_letters(), 0)
    days = Counter(app.sent[i]["time"][:10] for i in there if i in app.sent)
    first, last = min(days), max(days)
    path = f"{stack.reminder}/v1/users/{app.user}/adherence/days?from={first}&to={last}"

    def figures():
        return {d["date"]: round(d["done"] + d["over"]) for d in get(path, app.token)["days"] if d["done"] > 0}

    claims.same("the figures count each stored set once", until(figures, days, patience, 0.5), days)


def lie(app):
    """A set that was never sent, one that is said not to have been sent, one on another day."""
    first, second = list(app.sent)[:2]
    app.outcomes["never"] = app.outcomes[first]
    app.sent[first] = app.sent.pop(second)


def begin(stack, user):
    today = datetime.now(timezone.utc).date()
    item = {"id": "bridge", "exerciseId": "bridge", "sets": 100, "reps": 10, "schedule": {"everyDays": 1}}
    versions = [{"effectiveFrom": str(today - timedelta(days=30)), "items": [item]}]
    stack.plan(user, stack.token("coach-anna"), {"timeZone": "UTC", "zonePolicy": "FIXED", "versions": versions})
    app = App(stack, user)
    app.start()
    until(lambda: len(app.outcomes) > 50, seconds=30)
    return app


def without_mongod(stack, claims, user, take, give, seconds):
    app = begin(stack, user)
    checks = readers(stack, user, app.token)
    claims.same("before: every reader is answered", {n: ask(*c)[0] for n, c in checks.items()}, dict.fromkeys(checks, 200))
    gone = time.monotonic()
    take()
    say(f"  mongod is gone for {seconds} s")
    time.sleep(1)
    rounds, wrong, slowest = 0, [], 0.0
    while time.monotonic() - gone < seconds - 5:
        for name, (url, token) in checks.items():
            status, text, took = ask(url, token)
            slowest = max(slowest, took)
            if status != 503 or "urn:adhere:problem:" not in text or took > READ_WITHIN:
                wrong.append(f"{name} {status} after {took:.1f} s {text[:100]}")
        rounds += 1
    live = {port: ask(f"http://127.0.0.1:{port + stack.offset}/actuator/health/liveness", None)[0] for port in (9081, 9082, 9083)}
    time.sleep(max(0.0, gone + seconds - time.monotonic()))
    back = time.monotonic()
    give()
    claims.same(f"meanwhile: readers are answered 503 with a problem within {READ_WITHIN} s ({rounds} rounds, slowest {slowest:.1f} s)", sorted(set(w.split(" after")[0] for w in wrong)), [])
    claims.same("meanwhile: every process says that it is alive", live, dict.fromkeys(live, 200))
    time.sleep(3)
    app.end()
    during = app.between(gone, back)
    claims.claim(f"meanwhile: {len(during)} sets were sent", len(during) > seconds)
    claims.same("meanwhile: their outcomes", app.statuses(during), {"accepted": len(during)})
    claims.claim(f"meanwhile: the slowest outcome took {app.slowest(during):.2f} s", app.slowest(during) <= OUTCOME_WITHIN)
    claims.same("the rest's outcomes", app.statuses(app.sent), {"accepted": len(app.sent)})
    def answered():
        return {n: ask(*c)[0] for n, c in checks.items()}

    claims.same("afterwards: every reader is answered", until(answered, dict.fromkeys(checks, 200), 60), dict.fromkeys(checks, 200))
    say(f"  readers are answered {time.monotonic() - back:.1f} s after mongod is back")
    everything_is_there(stack, app, claims)
    lie(app)
    claims.found_out(lambda lied: everything_is_there(stack, app, lied, 2), 3)


def mongod_stopped(stack, claims, given):
    say("mongod is stopped (SIGSTOP) and goes on: connections stay, answers do not come")
    pid = stack.pid("mongod")
    without_mongod(
        stack, claims, "user-041", lambda: os.kill(pid, signal.SIGSTOP), lambda: os.kill(pid, signal.SIGCONT), given.seconds
    )


def mongod_killed(stack, claims, given):
    say("mongod is killed (SIGKILL) and started again by hand: connections are refused")
    pid = stack.pid("mongod")
    command = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=True).stdout.split()
    again = []

    def start():
        again.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    try:
        without_mongod(stack, claims, "user-042", lambda: os.kill(pid, signal.SIGKILL), start, given.seconds)
    finally:
        for mongod in again:
            mongod.kill()
            mongod.wait()


def kafka(stack, claims, given):
    say("Kafka is stopped: SIGSTOP to the JVM of the broker and the issuer, and it goes on")
    app = begin(stack, "user-043")
    launcher = stack.launcher.pid
    seconds = given.seconds / 2
    single = line(completed_set("single", datetime.now(timezone.utc), 10)).decode()
    gone = time.monotonic()
    os.kill(launcher, signal.SIGSTOP)
    try:
        singles = []
        time.sleep(0.5)
        while time.monotonic() - gone < seconds - 5:
            began = time.monotonic()
            request = urllib.request.Request(f"{stack.session}/v1/events", data=single.encode(), method="POST")
            request.add_header("Authorization", f"Bearer {app.token}")
            request.add_header("Content-Type", "application/cloudevents+json")
            try:
                with urllib.request.urlopen(request, timeout=15) as answer:
                    singles.append((answer.status, None, time.monotonic() - began))
            except urllib.error.HTTPError as fault:
                singles.append((fault.code, fault.headers["Retry-After"], time.monotonic() - began))
            time.sleep(0.5)
        reads = {n: ask(*c)[0] for n, c in readers(stack, app.user, app.token).items()}
        time.sleep(max(0.0, gone + seconds - time.monotonic()))
    finally:
        back = time.monotonic()
        os.kill(launcher, signal.SIGCONT)
    claims.claim(f"meanwhile: {len(singles)} single events got 503 with Retry-After, the slowest in {max(s[2] for s in singles):.2f} s",
                 all(status == 503 and after and took <= OUTCOME_WITHIN for status, after, took in singles), singles)
    claims.same("meanwhile: readers are answered from MongoDB", reads, dict.fromkeys(reads, 200))
    def accepts():
        return call("POST", f"{stack.session}/v1/events", app.token, single, "application/cloudevents+json")[0]

    claims.same("afterwards: the single event is accepted", until(accepts, 202, 60), 202)
    say(f"  accepted again {time.monotonic() - back:.1f} s after Kafka is back")
    app.sent["single"] = json.loads(single)
    time.sleep(2)
    app.end()
    # What was on its way when Kafka stopped may still be answered either way.
    during = app.between(gone + 0.5, back - OUTCOME_WITHIN)
    claims.claim(f"meanwhile: {len(during)} sets were sent", len(during) > seconds)
    claims.same("meanwhile: their outcomes", app.statuses(during), {"retry": len(during)})
    claims.claim(f"meanwhile: the slowest outcome took {app.slowest(during):.2f} s", app.slowest(during) <= OUTCOME_WITHIN)
    ids = [i for i in app.sent if i != "single"]
    claims.claim(f"every set has an outcome: {app.statuses(ids)}", "none" not in app.statuses(ids) and "rejected" not in app.statuses(ids))
    app.outcomes["single"] = {"status": "accepted"}
    retry = [i for i, o in app.outcomes.items() if o["status"] == "retry"]
    for _ in range(5):
        text = b"".join(line(app.sent[i]) for i in retry).decode()
        status, answer = call("POST", f"{stack.session}/v1/events", app.token, text, "application/x-ndjson")
        for outcome in map(json.loads, answer.splitlines() if status == 200 else []):
            app.outcomes[outcome["id"]] = outcome
        left = [i for i in retry if app.outcomes[i]["status"] != "accepted"]
        if not left:
            break
        time.sleep(1)
    claims.same(f"the {len(retry)} sets in retry are accepted when resent, but for", len(left), 0)
    everything_is_there(stack, app, claims)


CASES = {"mongod-stopped": mongod_stopped, "kafka": kafka, "mongod-killed": mongod_killed}


def main():
    given = arguments(
        __doc__,
        case={"choices": list(CASES), "action": "append", "help": "only this one; may be repeated"},
        seconds={"type": int, "default": 60, "help": "how long MongoDB is away; Kafka half of it"},
    )
    claims = Claims()
    stack = Stack(given.data, given.port_offset)
    try:
        say(f"ready in {stack.up():.1f} s")
        for name, prove in CASES.items():
            if given.case is None or name in given.case:
                prove(stack, claims, given)
    finally:
        stack.kill()
    claims.end()


if __name__ == "__main__":
    main()
