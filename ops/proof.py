"""What the heavier proofs share: the stack as a person starts it, streams as client apps open them, and claims.

The proofs know the services by their HTTP interface alone and share no code with them. Python 3.9 and a system with
`ps`, nothing else.
"""
import argparse
import base64
import json
import os
import pathlib
import queue
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

ROOT = pathlib.Path(__file__).resolve().parent.parent
SERVICES = ("catalog-service", "session-service", "reminder-service")
READY_WITHIN_SECONDS = 300


def arguments(description, **more):
    """Every proof's command line: where it runs, and what is drawn."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--port-offset", type=int, default=2600)
    parser.add_argument("--data", type=pathlib.Path, help="data folder of the stack; a temporary one if absent")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    for name, options in more.items():
        parser.add_argument("--" + name.replace("_", "-"), **options)
    given = parser.parse_args()
    # A shell's background has Ctrl-C ignored, and so would all that is started here.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    given.data = given.data or pathlib.Path(tempfile.mkdtemp(prefix="adhere-proof-")) / "data"
    print(f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC  seed {given.seed}", flush=True)
    return given


def say(text):
    print(text, flush=True)


class Claims:
    """What is claimed, and whether it held."""

    def __init__(self, words=("PASS", "FAIL")):
        self.words = words
        self.failed = 0
        self.passed = 0

    def claim(self, statement, holds, otherwise=""):
        if holds:
            self.passed += 1
            say(f"  {self.words[0]}  {statement}")
        else:
            self.failed += 1
            say(f"  {self.words[1]}  {statement}" + (f": {otherwise}"[:600] if otherwise != "" else ""))
        return bool(holds)

    def same(self, statement, actual, expected):
        return self.claim(statement, actual == expected, f"expected {shortly(expected)}, got {shortly(actual)}")

    def found_out(self, check, lies):
        """Checks once more, against a ledger that lies: so many claims must not hold, or the check can see nothing."""
        say("The same against a ledger that lies:")
        lied = Claims(("holds all the same", "found out"))
        check(lied)
        self.same("claims that do not hold against a ledger that lies", lied.failed, lies)

    def end(self):
        say(f"{self.passed} claims hold, {self.failed} fail")
        sys.exit(1 if self.failed or not self.passed else 0)


def shortly(value):
    text = repr(value)
    return text if len(text) < 250 else text[:247] + "..."


def until(read, expected=True, seconds=60, pause=0.25):
    """Reads again until it is as expected, or time is up; the last value that was read."""
    end = time.monotonic() + seconds
    while True:
        value = read()
        if value == expected or time.monotonic() > end:
            return value
        time.sleep(pause)


# --- the stack


class Stack:
    """`./adhere up` on a data folder and ports of its own."""

    def __init__(self, data, offset, mongod=True, settings=None):
        self.data = pathlib.Path(data).absolute()
        self.data.parent.mkdir(parents=True, exist_ok=True)
        self.offset = offset
        self.environment = dict(os.environ, **(settings or {}))
        self.environment.pop("MONGODB_URI", None)
        if not mongod:
            self.environment["PATH"] = os.pathsep.join(
                folder
                for folder in self.environment["PATH"].split(os.pathsep)
                if not os.access(os.path.join(folder, "mongod"), os.X_OK)
            )
        self.launcher = None
        self.terminal = self.data.parent / "terminal.log"
        self.catalog, self.session, self.reminder = (f"http://127.0.0.1:{port + offset}" for port in (8081, 8082, 8083))
        self.issuer = f"http://127.0.0.1:{9000 + offset}"

    def launch(self, now=None):
        command = ["./adhere", "up", "--port-offset", str(self.offset), "--data", str(self.data)]
        if now is not None:
            command += ["--now", instant(now)]
        with open(self.terminal, "w") as terminal:
            self.launcher = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=terminal,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def up(self, now=None):
        """Starts and waits for READY; how many seconds that took."""
        began = time.monotonic()
        self.launch(now)
        while "\nREADY" not in self.terminal.read_text():
            if self.launcher.poll() is not None or time.monotonic() - began > READY_WITHIN_SECONDS:
                self.kill()
                say(self.terminal.read_text())
                raise SystemExit("  FAIL  the stack starts")
            time.sleep(0.1)
        return time.monotonic() - began

    def processes(self):
        """The launcher's whole tree: role by process id."""
        if self.launcher is None:
            return {}
        listing = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
        rows = [(int(pid), int(parent), args) for pid, parent, args in (r.split(None, 2) for r in listing.splitlines())]
        tree = {self.launcher.pid: "launcher"} if self.launcher.poll() is None else {}
        grown = True
        while grown:
            grown = False
            for pid, parent, args in rows:
                if parent in tree and pid not in tree:
                    tree[pid] = next((s for s in SERVICES if f"{s}-0.1.0.jar" in args), args.split()[0].split("/")[-1])
                    grown = True
        return tree

    def pid(self, role):
        return next((pid for pid, of in self.processes().items() if of == role), None)

    def kill(self, spare=()):
        """`kill -9` of the whole tree at once, but for the roles spared; the roles that were killed."""
        tree = {pid: role for pid, role in self.processes().items() if role not in spare}
        for pid in tree:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if self.launcher is not None:
            self.launcher.wait()
        until(lambda: any(alive(pid) for pid in tree), False, 20, 0.05)
        return sorted(tree.values())

    def stop(self):
        """Ctrl-C, and all of it is gone."""
        tree = self.processes()
        if self.launcher is not None and self.launcher.poll() is None:
            self.launcher.send_signal(signal.SIGINT)
            self.launcher.wait(90)
        return not any(alive(pid) for pid in tree)

    def token(self, client):
        request = urllib.request.Request(
            f"{self.issuer}/oauth2/token", data=b"grant_type=client_credentials", method="POST"
        )
        request.add_header("Authorization", "Basic " + base64.b64encode(f"{client}:demo".encode()).decode())
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)["access_token"]

    def tokens(self, clients):
        with ThreadPoolExecutor(8) as pool:
            return dict(zip(clients, pool.map(self.token, clients)))

    def stream(self, token):
        return EventStream(8082 + self.offset, token)

    def plan(self, user, coach_token, plan):
        status, text = call("PUT", f"{self.reminder}/v1/users/{user}/plan", coach_token, plan)
        if status not in (200, 201):
            raise AssertionError(f"the plan of {user} answers {status}: {text}")

    def all(self, path, token):
        """Every item of a list, page by page."""
        items, cursor = [], None
        while True:
            query = "size=1000" + (f"&cursor={urllib.parse.quote(cursor)}" if cursor else "")
            page = get(f"{self.session}{path}?{query}", token)
            items += page["items"]
            cursor = page["next"]
            if cursor is None:
                return items

    def adherence(self, user, token):
        return get(f"{self.reminder}/v1/users/{user}/adherence", token)

    def dead_letters(self):
        """Bytes in the dead-letter topic of the events."""
        return sum(log.stat().st_size for log in self.data.glob("kafka/session-events.dlt-*/*.log"))


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        if os.path.isdir("/proc/self"):
            return False
    try:
        os.kill(pid, 0)
        return True
    except ProcessLookupError:
        return False


# --- HTTP


def call(method, url, token=None, body=None, kind="application/json", timeout=60):
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url, data=data, method=method)
    if data is not None:
        request.add_header("Content-Type", kind)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as fault:
        return fault.code, fault.read().decode()


def get(url, token):
    status, text = call("GET", url, token)
    if status != 200:
        raise AssertionError(f"GET {urllib.parse.urlparse(url).path} answers {status}: {text}")
    return json.loads(text)


class EventStream:
    """One `POST /v1/events` as NDJSON over a raw socket: lines go out in chunks while outcomes come in."""

    def __init__(self, port, token):
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.socket.settimeout(90)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(
            (
                f"POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
                "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
            ).encode()
        )

    def send(self, lines):
        """@param lines bytes of whole lines, each with its end"""
        self.socket.sendall(b"%x\r\n%b\r\n" % (len(lines), lines))

    def end(self):
        self.socket.sendall(b"0\r\n\r\n")

    def outcomes(self):
        """Lists of outcomes as they come; ends with the response, raises OSError where the connection broke."""
        with self.socket.makefile("rb", 1 << 17) as response:
            status = response.readline()
            if not status.startswith(b"HTTP/1.1 200"):
                raise ConnectionError(f"the stream answers {status!r}")
            while response.readline() not in (b"\r\n", b""):
                pass
            rest = b""
            while True:
                size = response.readline()
                if not size:
                    raise ConnectionError("the stream was cut")
                size = int(size, 16)
                data = response.read(size)
                if len(data) < size or not response.readline().endswith(b"\n"):
                    raise ConnectionError("the stream was cut")
                if size == 0:
                    return
                *lines, rest = (rest + data).split(b"\n")
                yield [json.loads(line) for line in lines]

    def close(self):
        self.socket.close()


# --- events


def instant(at):
    return at.astimezone(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")


def completed_set(event_id, at, reps=None, exercise="bridge", zone="UTC", **data):
    data = {"exerciseId": exercise, "zone": zone, **data}
    if reps is not None:
        data["reps"] = reps
    time_text = instant(at) if zone == "UTC" else at.isoformat(timespec="seconds")
    return {
        "specversion": "1.0",
        "id": event_id,
        "source": "app/proof",
        "type": "dev.adhere.completed-set.v1",
        "time": time_text,
        "data": data,
    }


def line(event):
    return json.dumps(event, separators=(",", ":")).encode() + b"\n"


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def content(event):
    """What must come back of an event as it was sent."""
    return event["type"], moment(event["time"]), json.dumps(event["data"], sort_keys=True)
