#!/usr/bin/env python3
"""Two instances of reminder-service side by side: what a client app logs shows live at both, and when one of them is killed
the other goes on: python3 ops/prove-instances.py.

Kafka gives each instance some of the partitions; a coach's stream is open at one of them and shows everybody. Linux only: the
second instance gets the first one's command line.
"""
import statistics

from proof import *

USERS = [f"user-{n:03d}" for n in range(1, 25)]
AS_FAST_AS = 2.0
SETS = 3


class Twin:
    """A second reminder-service, with the first one's settings and ports of its own."""

    def __init__(self, stack, log):
        with open(f"/proc/{stack.pid('reminder-service')}/cmdline", "rb") as told:
            command = told.read().decode().rstrip("\0").split("\0")
        self.port, self.management = 8183 + stack.offset, 9183 + stack.offset
        for i, argument in enumerate(command):
            if argument.startswith("--server.port="):
                command[i] = f"--server.port={self.port}"
            elif argument.startswith("--management.server.port="):
                command[i] = f"--management.server.port={self.management}"
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=open(log, "w"), stderr=subprocess.STDOUT)

    def ready(self):
        try:
            return call("GET", f"http://127.0.0.1:{self.management}/actuator/health/readiness")[0] == 200
        except OSError:
            return False

    def partitions(self):
        """Those of session-events that it reads."""
        _, text = call("GET", f"http://127.0.0.1:{self.management}/actuator/prometheus")
        return {x.split('partition="')[1].split('"')[0] for x in text.splitlines()
                if x.startswith("adhere_consumer_lag_records") and 'topic="session-events"' in x}

    def kill(self):
        self.process.kill()
        self.process.wait()


class Screen(threading.Thread):
    """What a coach sees live: when each user was told of last."""

    def __init__(self, name, url, token):
        super().__init__(daemon=True)
        self.name_, self.seen, self.open = name, {}, threading.Event()
        self.request = urllib.request.Request(url + "/v1/clients/updates", headers={"Authorization": f"Bearer {token}"})

    def run(self):
        try:
            with urllib.request.urlopen(self.request, timeout=90) as stream:
                self.open.set()
                for text in stream:
                    if text.startswith(b"data:"):
                        now = time.monotonic()
                        for user in USERS:
                            if f'"{user}"'.encode() in text:
                                self.seen[user] = now
        except OSError:
            pass

    def waits(self, user, since):
        """Seconds from a moment until it showed the user, None where it did not in time."""
        end = since + 30
        while time.monotonic() < end:
            if self.seen.get(user, 0) >= since:
                return self.seen[user] - since
            time.sleep(0.005)
        return None


def proof(given, claims):
    stack = Stack(given.data, given.port_offset)
    say(f"ready in {stack.up():.1f} s")
    twin = None
    try:
        coach = stack.token("coach-anna")
        tokens = stack.tokens(USERS)
        today = datetime.now(timezone.utc).date()
        item = {"id": "bridge", "exerciseId": "bridge", "sets": 100, "reps": 10, "schedule": {"everyDays": 1}}
        for user in USERS:
            stack.plan(user, coach, {"timeZone": "UTC", "zonePolicy": "FIXED", "versions": [{"effectiveFrom": str(today), "items": [item]}]})
        twin = Twin(stack, stack.data / "logs/twin.log")
        claims.claim("the second instance is ready", until(twin.ready, seconds=180))
        shared = until(lambda: 0 < len(twin.partitions()) < 6, seconds=60)
        claims.claim(f"it reads {len(twin.partitions())} of 6 partitions, and not all", shared)

        screens = [Screen("first", stack.reminder, coach), Screen("second", f"http://127.0.0.1:{twin.port}", coach)]
        for screen in screens:
            screen.start()
            claims.claim(f"a coach's stream is open at the {screen.name_} instance", screen.open.wait(30))
        sent = dict.fromkeys(USERS, 0)

        def log(user):
            event = completed_set(f"{user}.{sent[user]}", datetime.now(timezone.utc), 10)
            status, text = call("POST", f"{stack.session}/v1/events", tokens[user], event, "application/cloudevents+json")
            if status != 202:
                raise AssertionError(f"a set is answered {status}: {text}")
            sent[user] += 1

        waits = {screen.name_: [] for screen in screens}
        for turn in range(SETS):
            for user in USERS:
                began = time.monotonic()
                log(user)
                for screen in screens:
                    waits[screen.name_].append(screen.waits(user, began))
        for name, all_ in waits.items():
            shown = [w for w in all_ if w is not None]
            median = f"{statistics.median(shown) * 1000:.0f}" if shown else "-"
            claims.claim(
                f"{name}: each of {len(all_)} sets shows within {AS_FAST_AS:g} s of being sent: median {median} ms, longest {max(shown, default=0) * 1000:.0f} ms",
                len(shown) == len(all_) and max(shown) <= AS_FAST_AS,
                f"{len(all_) - len(shown)} not at all",
            )

        twin.kill()
        began = time.monotonic()
        for user in USERS:
            log(user)

        def done():
            return {user: sum(float(i["doneSets"]) for i in get(f"{stack.reminder}/v1/users/{user}/agenda", coach)["items"]) for user in USERS}

        expected = {user: float(n) for user, n in sent.items()}
        claims.same("the second is killed; the first counts what comes then, each set once", until(done, expected, 120, 0.5), expected)
        say(f"all of it counted {time.monotonic() - began:.1f} s after the kill")
        shown = until(lambda: all(screens[0].seen.get(user, 0) >= began for user in USERS), seconds=10)
        claims.claim("and its coach sees everybody", shown)
        claims.same("no dead letters", stack.dead_letters(), 0)
    finally:
        if twin:
            twin.kill()
        stack.stop()


if __name__ == "__main__":
    claims = Claims()
    proof(arguments(__doc__), claims)
    claims.end()
