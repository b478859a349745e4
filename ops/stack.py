"""Where a running stack is, and how to talk to it: the services' addresses and the issuer's token endpoint."""
import argparse
import base64
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass

SECRET = "demo"
COUNTER = re.compile("adhere_.+_(total|count)")
OF_THE_SCRAPE = {"service", "instance", "job"}
FRESH_SECONDS = 12
PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Stack:
    token_url: str
    catalog: str
    session: str
    reminder: str
    management: tuple = ()
    prometheus: str | None = None

    @staticmethod
    def of_arguments(description):
        """What the command line says; by default ./adhere up on its usual ports."""
        parser = argparse.ArgumentParser(
            description=description, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        parser.add_argument("--port-offset", type=int, default=0, metavar="N", help="as given to ./adhere up")
        parser.add_argument("--token-url", metavar="URL", help="of another issuer, such as the realm in Compose")
        for service in ("catalog", "session", "reminder"):
            parser.add_argument(f"--{service}-url", metavar="URL", help=f"of a {service}-service elsewhere")
        parser.add_argument(
            "--prometheus-url", metavar="URL", help="asked for metrics where management ports cannot be reached"
        )
        given = parser.parse_args()

        def local(port):
            return f"http://127.0.0.1:{port + given.port_offset}"

        return Stack(
            token_url=given.token_url or local(9000) + "/oauth2/token",
            catalog=given.catalog_url or local(8081),
            session=given.session_url or local(8082),
            reminder=given.reminder_url or local(8083),
            management=tuple(local(port) for port in (9081, 9082, 9083)),
            prometheus=given.prometheus_url,
        )

    def counters(self):
        """Adhere's own counters of all services: {'adhere_events_rejected_total{problem="x"}': 1.0, ...}."""
        return self._by_prometheus() if self.prometheus else self._by_scraping()

    def _by_scraping(self):
        found = {}
        for base in self.management:
            with urllib.request.urlopen(f"{base}/actuator/prometheus", timeout=60) as answer:
                for line in answer.read().decode().splitlines():
                    series, _, value = line.rpartition(" ")
                    name, _, labels = series.rstrip("}").partition("{")
                    if COUNTER.fullmatch(name):
                        add(found, name, dict(re.findall(r'(\w+)="([^"]*)"', labels)), value)
        return found

    def _by_prometheus(self):
        # Samples of before a restart are not to be taken for those of now.
        query = f'last_over_time({{__name__=~"{COUNTER.pattern}"}}[{FRESH_SECONDS}s])'
        parameters = urllib.parse.urlencode({"query": query})
        with urllib.request.urlopen(f"{self.prometheus}/api/v1/query?{parameters}", timeout=60) as answer:
            result = json.load(answer)["data"]["result"]
        found = {}
        for sample in result:
            labels = sample["metric"]
            add(found, labels.pop("__name__"), labels, sample["value"][1])
        return found

    def token_of(self, client):
        """An access token of a client of the demo, by client credentials."""
        request = urllib.request.Request(self.token_url, data=b"grant_type=client_credentials", method="POST")
        request.add_header("Authorization", "Basic " + base64.b64encode(f"{client}:{SECRET}".encode()).decode())
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["access_token"]


def add(found, name, labels, value):
    own = ",".join(f'{label}="{labels[label]}"' for label in sorted(labels.keys() - OF_THE_SCRAPE))
    series = f"{name}{{{own}}}" if own else name
    found[series] = found.get(series, 0.0) + float(value)


def call(method, url, token=None, body=None, kind="application/json", patience=PATIENCE_SECONDS):
    """The status and the text of the answer, whatever the status is; 503 only once patience has ended."""
    end = time.monotonic() + patience
    while True:
        status, text = call_once(method, url, token, body, kind)
        if status != 503 or time.monotonic() > end:
            return status, text
        time.sleep(1)


def call_once(method, url, token, body, kind):
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url, data=data, method=method)
    if data is not None:
        request.add_header("Content-Type", kind)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as fault:
        return fault.code, fault.read().decode()


def get(url, token):
    """The JSON of a 200; any other status is an error."""
    status, text = call("GET", url, token)
    if status != 200:
        raise AssertionError(f"GET {url} answers {status}: {text}")
    return json.loads(text)
