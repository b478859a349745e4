#!/usr/bin/env python3
"""A coach's way through the dashboard of a running ./adhere demo, in a real browser.

Prints a line for every claim and ends with 1 if one failed. On every page axe-core looks for what breaks WCAG 2.2 A and
AA, and nothing may be said on the console but what the journey itself brings about.
"""
import argparse
import base64
import datetime
import json
import pathlib
import sys
import time
import urllib.error
import urllib.request

from playwright.sync_api import sync_playwright

HOSTILE = "<img src=x onerror=alert(1)>\"'<script>alert(2)</script>"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class Claims:
    def __init__(self):
        self.failed = 0

    def claim(self, words, holds, otherwise=""):
        print(("ok    " if holds else "FAIL  ") + words + ("" if holds else f": {otherwise}"), flush=True)
        self.failed += not holds


class Api:
    """What client apps and others do meanwhile, over the public API."""

    def __init__(self, offset):
        self.token_url = f"http://localhost:{9000 + offset}/oauth2/token"
        self.session = f"http://localhost:{8082 + offset}"
        self.reminder = f"http://localhost:{8083 + offset}"

    def call(self, method, url, headers, body=None):
        request = urllib.request.Request(url, method=method, headers=headers, data=body and body.encode())
        for pause in (1, 2, 4, 8, 16, 0):
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return answer.read().decode()
            except urllib.error.HTTPError as fault:
                if fault.code != 503 or not pause:
                    raise
                time.sleep(pause)

    def token(self, who):
        basic = base64.b64encode(f"{who}:demo".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
        return json.loads(self.call("POST", self.token_url, headers, "grant_type=client_credentials"))["access_token"]

    def bearer(self, who, kind="application/json"):
        return {"Authorization": "Bearer " + self.token(who), "Content-Type": kind}

    def put(self, who, path, body):
        return self.call("PUT", self.reminder + path, self.bearer(who), json.dumps(body))

    def log_a_set(self, user, exercise):
        now = datetime.datetime.now(datetime.timezone.utc)
        event = {
            "specversion": "1.0",
            "id": f"browser-{now.timestamp():.6f}",
            "source": "app/browser",
            "type": "dev.adhere.completed-set.v1",
            "time": now.isoformat(timespec="seconds"),
            "data": {"exerciseId": exercise, "zone": "UTC", "reps": 10},
        }
        self.call("POST", self.session + "/v1/events", self.bearer(user, "application/cloudevents+json"), json.dumps(event))


class Journey:
    def __init__(self, browser, axe, api, shots, claims):
        self.axe = axe
        self.api = api
        self.shots = shots
        self.claims = claims
        self.console = []
        self.dialogs = []
        self.context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
        self.page = self.watched(self.context)

    def watched(self, context):
        page = context.new_page()
        page.on("console", lambda said: said.type in ("error", "warning") and self.console.append(said.text))
        page.on("pageerror", lambda error: self.console.append(str(error)))
        page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        return page

    def url(self, path="/"):
        return self.api.reminder + path

    def sign_in(self, page, who="coach-anna"):
        page.goto(self.url())
        page.fill("input[name=username]", who)
        page.fill("input[name=password]", "demo")
        page.click("button[type=submit]")
        page.wait_for_load_state()

    def measure(self, page, name):
        """Claims that axe finds nothing on a page."""
        page.evaluate(self.axe)
        found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", RULES)
        broken = [f"{v['id']} ({v['nodes'][0]['target']}: {v['nodes'][0].get('failureSummary', '')})" for v in found["violations"]]
        self.claims.claim(f"axe finds nothing on {name}", not broken, "; ".join(broken))

    def look(self, name):
        """Axe, then a picture in light, in dark and as a phone has it."""
        page = self.page
        self.measure(page, name)
        for scheme, width in [("light", 1280), ("dark", 1280), ("light", 360)]:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(200)
            if scheme == "dark":
                dark = page.evaluate("tags => axe.run(document, {runOnly: {type: 'rule', values: ['color-contrast']}})", RULES)
                broken = [v["nodes"][0]["target"] for v in dark["violations"]]
                self.claims.claim(f"axe finds nothing on {name} in the dark", not broken, str(broken))
            if width == 360:
                wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                self.claims.claim(f"{name} fits a phone's width", wide <= 0, f"{wide} pixels too wide")
            page.screenshot(path=str(self.shots / f"{name}-{'phone' if width == 360 else scheme}.png"), full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="light")

    def run(self):
        page, claim = self.page, self.claims.claim
        self.sign_in(page)
        claim("coach-anna signs in and is at the cohort", page.url == self.url() and page.locator("h1").inner_text() == "Clients", page.url)
        rows = page.locator("table.cohort tbody tr")
        claim("the cohort has a first page of 50", rows.count() == 50, str(rows.count()))
        first = rows.first
        claim("who comes first has a reason in words", first.locator(".reasons li:not(.fine)").count() >= 1)
        self.cookies()
        self.look("cohort")
        self.search()
        self.live()
        self.client()
        self.day()
        self.plan()
        self.hostile()
        self.invitation()
        self.languages()
        self.lost()
        self.sign_out()
        claim("no dialog was opened", not self.dialogs, str(self.dialogs))
        said = [s for s in self.console if "ERR_INTERNET_DISCONNECTED" not in s and "404" not in s]
        claim("the console is silent, so no policy was broken", not said, "; ".join(said[:5]))

    def cookies(self):
        cookie = next(c for c in self.context.cookies() if c["name"] == "adhere")
        self.claims.claim("the session's cookie is HttpOnly and SameSite=Lax", cookie["httpOnly"] and cookie["sameSite"] == "Lax", str(cookie))
        stored = self.page.evaluate("localStorage.length + sessionStorage.length")
        self.claims.claim("nothing is stored in the browser", stored == 0, str(stored))

    def until(self, script, seconds=10):
        """Waits until a script's value is true. The page's own policy forbids what Playwright does for it."""
        end = time.monotonic() + seconds
        while not self.page.evaluate(script):
            if time.monotonic() > end:
                raise TimeoutError(script)
            self.page.wait_for_timeout(50)

    def search(self):
        page, claim = self.page, self.claims.claim
        page.fill("#q", "user-003")
        self.until("document.querySelectorAll('table.cohort tbody tr').length === 1")
        claim("a search narrows the list while typing", page.locator("table.cohort tbody tr").count() == 1)
        page.fill("#q", "nobody at all")
        page.wait_for_selector(".empty")
        claim("a search without a find says so", "No client" in page.locator(".empty").inner_text())
        page.goto(self.url("/?sort=NAME"))
        claim("a list can be sorted", page.locator("select[name=sort]").input_value() == "NAME")
        page.keyboard.press("Tab")
        claim("the first stop of the keyboard leads to the content", page.evaluate("document.activeElement.className") == "skip")

    def live(self):
        page, claim = self.page, self.claims.claim
        page.goto(self.url("/?q=user-001"))
        self.until("!!document.getElementById('row-user-001')")
        page.wait_for_timeout(1500)
        before = page.locator("#row-user-001").inner_text()
        page.evaluate("document.getElementById('row-user-001').dataset.old = 'yes'")
        began = time.monotonic()
        self.api.log_a_set("user-001", "bridge")
        self.until("!document.getElementById('row-user-001')?.dataset.old", 10)
        took = time.monotonic() - began
        claim(f"a set that an app logs shows without a reload ({took:.1f} s)", took <= 2.5, f"{took:.1f} s")
        claim("the row is still that client's", "user-001" in page.locator("#row-user-001").inner_text(), before)

    def client(self):
        page = self.page
        page.goto(self.url("/clients/user-001"))
        self.claims.claim("a client's page has six weeks of days", page.locator("table.heat td").count() == 42, str(page.locator("table.heat td").count()))
        self.claims.claim("a client's page says in which zone its dates are", "zone" in page.locator(".zone").inner_text())
        page.locator("details").evaluate_all("all => all.forEach(d => d.open = true)")
        self.look("client")

    def day(self):
        page = self.page
        page.goto(self.url("/clients/user-001"))
        page.locator("table.heat td.day-done a, table.heat td.day-partial a").first.click()
        page.wait_for_load_state()
        self.claims.claim("a day of the calendar leads to its facts", "/days/" in page.url and page.locator("section").count() > 0, page.url)
        self.look("day")

    def plan(self):
        page, claim = self.page, self.claims.claim
        page.goto(self.url("/clients/user-002"))
        page.click("text=Change the plan")
        page.wait_for_load_state()
        lines = page.locator("fieldset.line legend").count()
        page.fill("input[name=find]", "glute bridge")
        page.click("button[value=find]")
        page.wait_for_selector(".found button")
        page.locator(".found button").first.click()
        page.wait_for_load_state()
        claim("an exercise of the catalogue is added", page.locator("fieldset.line legend").count() == lines + 1 or page.locator(".faults").count() == 0)
        page.locator("input[name^=reps]").last.fill("200")
        page.click("button[value=preview]:not(.hide)")
        page.wait_for_load_state()
        if page.locator(".faults").count():
            # It was in the plan already: an exercise is in a version once.
            page.locator("button[value^=remove]").last.click()
            page.wait_for_load_state()
            page.locator("input[name^=reps]").last.fill("200")
            page.click("button[value=preview]:not(.hide)")
            page.wait_for_load_state()
        claim("a preview shows 14 days", page.locator("ol.ahead > li").count() == 14, page.locator("main").inner_text()[-400:])
        claim("a dose outside the sources is warned of", page.locator(".warnings").count() == 1)
        self.look("plan")
        if page.locator("input[name=cleared]").count():
            page.check("input[name=cleared]")
        page.click("button[value=save]")
        page.wait_for_load_state()
        claim("a plan is saved", "saved" in page.url and page.locator(".saved").count() == 1, page.locator("main").inner_text()[:300])
        page.select_option("select[name=reason]", "COACH_PAUSE")
        page.click("text=Excuse these days")
        page.wait_for_load_state()
        claim("days are excused", "pause by the coach" in page.locator("main").inner_text())

    def hostile(self):
        page = self.page
        self.api.put("user-888", "/v1/users/user-888/profile", {"pseudonym": HOSTILE[:64]})
        for path in ["/?q=user-888", "/clients/user-888", "/clients/user-888/plan"]:
            page.goto(self.url(path))
            self.claims.claim(f"a hostile name is text on {path}", "<img" in page.locator("main").inner_text() and page.locator("main img, main script").count() == 0)
        page.goto(self.url("/clients/user-900"))
        self.claims.claim("the client of another coach is not there", page.locator("h1").inner_text() == "Not found")
        self.look("not-found")

    def invitation(self):
        """A client of another coach takes on this one, too."""
        page, claim = self.page, self.claims.claim
        page.goto(self.url("/clients/user-990"))
        claim("who has not invited the coach is not there", page.locator("h1").inner_text() == "Not found")
        page.goto(self.url())
        page.fill("input[name=code]", "NOBODY-GAVE-THIS")
        page.click("form[action='/invitations'] button")
        page.wait_for_load_state()
        claim("a wrong code is told so, where it is entered", "No invitation has this code" in page.locator("[role=alert]").inner_text())
        claim("and the keyboard is there again", page.evaluate("document.activeElement.name === 'code' && document.activeElement.getAttribute('aria-describedby') === 'refused'"))
        self.look("invitation-refused")
        code = json.loads(self.api.call("POST", self.api.reminder + "/v1/users/user-990/invitations", self.api.bearer("user-990")))["code"]
        page.fill("input[name=code]", f" {code.lower()} ")
        page.click("form[action='/invitations'] button")
        page.wait_for_load_state()
        claim("the right one leads to the client", page.url == self.url("/clients/user-990?saved"), f"{page.url} {page.locator('main').inner_text()[:200]}")

    def languages(self):
        page = self.page
        page.goto(self.url("/clients/user-001"))
        page.click("text=Deutsch")
        page.wait_for_load_state()
        words = page.locator("main").inner_text()
        self.claims.claim("pages speak German", "Auf einen Blick" in words and "??" not in words)
        self.look("client-de")
        page.click("text=English")
        page.wait_for_load_state()

    def lost(self):
        page, claim = self.page, self.claims.claim
        page.goto(self.url())
        page.wait_for_timeout(1500)
        self.context.set_offline(True)
        # A stream that is open stays so until it breaks; a new one shows what a reader sees.
        page.evaluate("window.dispatchEvent(new Event('offline'))")
        page.wait_for_timeout(1000)
        said = page.locator("#lost").inner_text()
        self.context.set_offline(False)
        claim("a lost connection says so", "lost" in said, said or "nothing is said")
        self.until("document.getElementById('lost').textContent === ''", 40)
        claim("and is found again", True)

    def sign_out(self):
        page = self.page
        page.goto(self.url())
        page.click("text=Sign out")
        page.wait_for_load_state()
        self.claims.claim("signing out says so", "/signed-out" in page.url, page.url)
        self.look("signed-out")
        page.goto(self.url("/clients/user-001"))
        self.claims.claim("after that nothing is shown, and the password is asked again", page.locator("input[name=password]").count() == 1, page.url)


def walk(kind, api, failed):
    """Lets a journey go its way in a browser, as the command line says; ends with status 1 where a claim failed.

    api makes what the journey asks the services by, of the port offset; failed names the pictures of a failure.
    """
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--chromium", required=True)
    arguments.add_argument("--axe", required=True)
    arguments.add_argument("--offset", type=int, default=0)
    arguments.add_argument("--shots", required=True)
    given = arguments.parse_args()
    shots = pathlib.Path(given.shots)
    shots.mkdir(parents=True, exist_ok=True)
    claims = Claims()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given.chromium, args=["--no-sandbox"])
        journey = kind(browser, pathlib.Path(given.axe).read_text(), api(given.offset), shots, claims)
        try:
            journey.run()
        except Exception as failure:  # whatever it was, a picture tells more
            claims.claim("the journey goes on", False, f"{type(failure).__name__}: {failure}")
            for n, page in enumerate(journey.context.pages):
                page.screenshot(path=str(shots / f"{failed}-{n}.png"), full_page=True)
        browser.close()
    print(f"Screenshots are in {shots}")
    sys.exit(1 if claims.failed else 0)


if __name__ == "__main__":
    walk(Journey, Api, "failed")
