#!/usr/bin/env python3
"""A coach and a user on Docker Compose, in one real browser, both signing in with Keycloak.

The coach finds a client, writes the plan; the user logs a set with one tap, and the coach's open page has it; the coach
changes the plan, and the user's day stays what it is. Then who must not get in, or not that far. For a stack whose care
team is set up (ops/care-team.py), on its usual ports; takes the last user without a plan, so it can be run again. Prints
a line for every claim and ends with 1 if one failed.
"""
import base64
import datetime
import json
import time
import urllib.error
import urllib.parse
import urllib.request
import zoneinfo

from journey import Api, Journey, walk
from user import noon

REALM = "http://localhost:9000/realms/adhere"
OPENID = f"{REALM}/protocol/openid-connect"
PAGE = "http://localhost:8084"
KEPT = "JSON.parse(sessionStorage.getItem('adhere/signed-in'))"


class ComposeApi(Api):
    def __init__(self):
        super().__init__(0)
        self.token_url = f"{OPENID}/token"

    def status(self, method, url, headers=(), body=None):
        """Of the answer, whatever it is, and its text."""
        try:
            return 200, self.call(method, url, dict(headers), body)
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()


class ComposeJourney(Journey):
    def picture(self, page, name):
        """Axe, where the page is ours and not Keycloak's, then a picture."""
        page.wait_for_timeout(200)
        if not page.url.startswith(REALM):
            self.measure(page, name)
        page.screenshot(path=str(self.shots / f"compose-{name}.png"), full_page=True)

    def log_in(self, page, who, password="demo"):
        """On Keycloak's own page. Where it remembers somebody else, that one is let go first."""
        page.wait_for_url(f"{REALM}/**")
        if page.locator("#reset-login").count():
            page.click("#reset-login")
            page.wait_for_selector("input#username:not([readonly])")
        page.fill("input#username", who)
        page.fill("input#password", password)
        page.click("#kc-login")
        page.wait_for_load_state()

    def run(self):
        users = (f"user-{n:03d}" for n in range(25, 0, -1))
        self.user = next(u for u in users if self.api.status("GET", self.mine(u, "plan"), self.api.bearer("coach-anna"))[0] == 404)
        self.coach_signs_in()
        self.plan()
        self.user_signs_in()
        self.one_tap()
        self.change()
        self.no_further()
        self.sign_out()
        self.wrong_doors()
        self.refused()
        self.claims.claim("no dialog was opened", not self.dialogs, str(self.dialogs))
        said = [s for s in self.console if "404" not in s and "400" not in s]
        self.claims.claim("the console is silent, so no policy was broken", not said, "; ".join(said[:5]))

    def mine(self, user, path):
        return f"{self.api.reminder}/v1/users/{user}/{path}"

    def coach_signs_in(self):
        page, claim = self.page, self.claims.claim
        page.goto(self.url())
        claim("the dashboard leads to Keycloak", page.url.startswith(OPENID), page.url)
        asked = urllib.parse.parse_qs(urllib.parse.urlparse(page.url).query)
        claim("with a code challenge", asked.get("code_challenge_method") == ["S256"] and asked.get("response_type") == ["code"], str(asked))
        self.log_in(page, "coach-anna", "wrong")
        claim("a wrong password is refused", page.url.startswith(REALM) and "Invalid username or password" in page.locator("body").inner_text(), page.url)
        self.picture(page, "refused")
        self.log_in(page, "coach-anna")
        claim("coach-anna signs in and is at the cohort", page.url == self.url() and page.locator("h1").inner_text() == "Clients", page.url)
        rows = page.locator("table.cohort tbody tr")
        claim("all of whom she coaches are there", rows.count() == 25, str(rows.count()))
        claim("who comes first has a reason in words", rows.first.locator(".reasons li:not(.fine)").count() >= 1, rows.first.inner_text())
        self.picture(page, "cohort")

    def plan(self):
        page, claim = self.page, self.claims.claim
        page.fill("#q", self.user)
        self.until("document.querySelectorAll('table.cohort tbody tr').length === 1")
        page.locator("table.cohort tbody tr a").first.click()
        page.wait_for_load_state()
        claim("a client's page opens", page.url == self.url(f"/clients/{self.user}"), page.url)
        page.click("text=Change the plan")
        page.wait_for_load_state()
        self.zone = noon()
        page.fill("input[name=zone]", self.zone)
        page.fill("input[name=from]", self.today())
        page.fill("input[name=find]", "glute bridge")
        page.click("button[value=find]")
        page.locator(".found button").first.click()
        page.wait_for_load_state()
        page.fill("input[name=sets0]", "3")
        page.fill("input[name=reps0]", "10")
        page.click("button[value=preview]:not(.hide)")
        page.wait_for_load_state()
        claim("a preview shows 14 days", page.locator("ol.ahead > li").count() == 14, page.locator("main").inner_text()[-400:])
        self.picture(page, "plan")
        page.click("button[value=save]")
        page.wait_for_load_state()
        claim("a plan is saved", "saved" in page.url and page.locator(".saved").count() == 1, page.locator("main").inner_text()[:300])
        plan = json.loads(self.api.call("GET", self.mine(self.user, "plan"), self.api.bearer(self.user)))
        claim("and is the user's", [i["exerciseId"] for v in plan["versions"] for i in v["items"]] == ["bridge"], json.dumps(plan))

    def user_signs_in(self):
        """In the same browser, as whoever tries it out has it: Keycloak remembers the coach."""
        claim = self.claims.claim
        self.other = page = self.watched(self.context)
        page.goto(PAGE)
        page.click("#sign-in")
        page.wait_for_url(f"{REALM}/**")
        self.picture(page, "who")
        self.log_in(page, self.user, "wrong")
        claim("a wrong password is refused there, too", page.url.startswith(REALM) and "Invalid username or password" in page.locator("body").inner_text(), page.url)
        self.log_in(page, self.user)
        page.wait_for_selector("article.card")
        card = page.locator("article.card")
        claim("the user signs in and sees the new plan's exercise", card.count() == 1 and "Bridge" in card.inner_text(), card.first.inner_text())
        self.picture(page, "agenda")
        self.kept = page.evaluate(KEPT)
        claims = said(self.kept["token"])
        claim("the token says who, for whom and no more than user", (claims["sub"], claims["aud"], claims["roles"], claims["azp"])
              == (self.user, "adhere", ["user"], "adhere-user-page"), json.dumps(claims))

    def one_tap(self):
        coach, page, claim = self.page, self.other, self.claims.claim
        coach.goto(self.url(f"/?q={self.user}"))
        coach.wait_for_selector(f"#row-{self.user}")
        claim("the coach is still signed in", coach.locator("h1").inner_text() == "Clients", coach.url)
        coach.wait_for_timeout(1500)
        coach.evaluate(f"document.getElementById('row-{self.user}').dataset.old = 'yes'")
        began = time.monotonic()
        page.locator("article.card button.log").click()
        while coach.evaluate(f"!!document.getElementById('row-{self.user}')?.dataset.old") and time.monotonic() - began < 10:
            coach.wait_for_timeout(50)
        took = time.monotonic() - began
        claim(f"the coach sees the set without a reload ({took:.1f} s after the tap)", took <= 2.5, f"{took:.1f} s")
        words = coach.locator(f"#row-{self.user}").inner_text()
        claim("as one of today's three", "1 of 3" in words, words)
        self.picture(coach, "live")
        end = time.monotonic() + 10
        while "1 of 3" not in page.locator(".count").first.inner_text() and time.monotonic() < end:
            page.wait_for_timeout(100)
        claim("the page says that it counts", "1 of 3" in page.locator(".count").first.inner_text(), page.locator("article.card").inner_text())
        self.picture(page, "logged")

    def change(self):
        """Of the plan that is there and partly done, from tomorrow on."""
        coach, page, claim = self.page, self.other, self.claims.claim
        coach.goto(self.url(f"/clients/{self.user}"))
        coach.click("text=Change the plan")
        coach.wait_for_load_state()
        claim("the editor has the plan as it is", coach.locator("fieldset.line legend").first.inner_text() == "1. Bridge"
              and coach.locator("input[name=reps0]").input_value() == "10", coach.locator("main").inner_text()[:300])
        coach.fill("input[name=sets0]", "2")
        coach.fill("input[name=reps0]", "12")
        coach.click("button[value=save]")
        coach.wait_for_load_state()
        claim("a change is saved", "saved" in coach.url and coach.locator(".saved").count() == 1, coach.locator("main").inner_text()[:300])
        self.picture(coach, "changed")
        plan = json.loads(self.api.call("GET", self.mine(self.user, "plan"), self.api.bearer(self.user)))
        doses = [(v["effectiveFrom"] == self.today(), i["sets"], i["reps"]) for v in plan["versions"] for i in v["items"]]
        claim("and is a version of its own beside today's", doses == [(True, 3, 10), (False, 2, 12)], json.dumps(plan))
        page.evaluate("sessionStorage.removeItem('adhere/seen')")
        page.reload()
        page.wait_for_selector(".count")
        card = page.locator("article.card").first.inner_text()
        claim("the user's page keeps today's dose and what was done of it", "1 of 3" in card, card)

    def today(self):
        return datetime.datetime.now(zoneinfo.ZoneInfo(self.zone)).date().isoformat()

    def no_further(self):
        """What the page's token is good for."""
        api, claim = self.api, self.claims.claim
        bearer = {"Authorization": "Bearer " + self.kept["token"], "Content-Type": "application/json"}
        for words, method, url, body, expected in [
            ("the user's own figures are for it", "GET", self.mine(self.user, "adherence"), None, 200),
            ("through the page, too", "GET", f"{PAGE}/api/reminder/v1/users/{self.user}/adherence", None, 200),
            ("another user's are not there", "GET", self.mine("user-900", "adherence"), None, 404),
            ("nor another user's events", "GET", f"{api.session}/v1/users/user-900/events", None, 404),
            ("a plan is not for users to write", "PUT", self.mine(self.user, "plan"), "{}", 403),
            ("nor is there a cohort for them", "GET", f"{api.reminder}/v1/clients", None, 403),
        ]:
            status, text = api.status(method, url, bearer, body)
            claim(words, status == expected, f"{status} {text[:200]}")

    def sign_out(self):
        page, claim = self.page, self.claims.claim
        self.other.get_by_role("button", name="Sign out").click()
        self.other.wait_for_selector("#sign-in")
        claim("signing out of the page leaves no token", self.other.evaluate(KEPT) is None)
        page.goto(self.url())
        page.click("text=Sign out")
        page.wait_for_load_state()
        claim("signing out of the dashboard says so", "/signed-out" in page.url, page.url)
        page.goto(self.url())
        claim("after that the password is asked again", page.locator("input#password").count() == 1, page.url)

    def wrong_doors(self):
        page, claim = self.page, self.claims.claim
        page.goto(self.url())
        self.log_in(page, self.user)
        claim("a user is not let in to the dashboard", "/not-signed-in" in page.url, page.url)
        self.other.click("#sign-in")
        self.log_in(self.other, "coach-anna")
        self.other.wait_for_selector("header .tools")
        claim("a coach on the page is told for whom it is", "for people who train" in self.other.locator("main").inner_text(), self.other.locator("main").inner_text())
        token = self.other.evaluate(KEPT)["token"]
        status, _ = self.api.status("GET", f"{self.api.reminder}/v1/clients", {"Authorization": f"Bearer {token}"})
        claim("and has no coach's token", said(token).get("roles", []) == [] and status == 403, f"{status} {said(token)}")

    def refused(self):
        api, claim = self.api, self.claims.claim
        ask = {"response_type": "code", "client_id": "adhere-user-page", "scope": "openid", "redirect_uri": f"{PAGE}/",
               "code_challenge_method": "S256", "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}
        for words, change in [
            ("back to another port is refused", {"redirect_uri": "http://localhost:8085/"}),
            ("back to another path is refused", {"redirect_uri": f"{PAGE}/elsewhere"}),
            ("back to the other client's address is refused", {"redirect_uri": f"{api.reminder}/login/oauth2/code/adhere"}),
        ]:
            status, text = api.status("GET", f"{OPENID}/auth?{urllib.parse.urlencode(ask | change)}")
            claim(words, status == 400 and "redirect_uri" in text, f"{status}")
        page = self.page
        del ask["code_challenge"], ask["code_challenge_method"]
        page.goto(f"{OPENID}/auth?{urllib.parse.urlencode(ask)}")
        page.wait_for_selector("#sign-in")
        claim("without a code challenge nobody is asked for a password", page.url.startswith(PAGE), page.url)
        form = urllib.parse.urlencode({"grant_type": "password", "client_id": "adhere-user-page", "username": self.user, "password": "demo"})
        status, text = api.status("POST", api.token_url, {"Content-Type": "application/x-www-form-urlencoded"}, form)
        claim("a password alone is no way to a token", status == 400 and "unauthorized_client" in text, f"{status} {text}")
        for host in ["adhere.example.org", "localhost", "user-page:8084"]:
            status, _ = api.status("GET", f"{PAGE}/", {"Host": host})
            claim(f"the page is not to be had as {host}", status == 421, str(status))


def said(token):
    """The claims of a token."""
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))


if __name__ == "__main__":
    walk(ComposeJourney, lambda _: ComposeApi(), "compose-failed")
