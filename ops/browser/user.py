#!/usr/bin/env python3
"""A user's way through the user's page of a running ./adhere demo, in a real browser, with the coach watching in another.

What the page says is held against what the API has. Like the coach's journey it prints a line for every claim and ends
with 1 if one failed.
"""
import datetime
import json
import time
import zoneinfo

from journey import HOSTILE, Api, Journey, walk

USER = "user-031"
EXERCISE = f"hostile-of-{USER}"
# A day that neither ends nor has quiet hours while this runs, whenever that is.
ZONES = ["Pacific/Honolulu", "America/Phoenix", "America/Lima", "America/Sao_Paulo", "Africa/Abidjan", "Africa/Cairo",
         "Asia/Dubai", "Asia/Kolkata", "Asia/Bangkok", "Asia/Tokyo", "Pacific/Guadalcanal", "Pacific/Auckland"]
SETS = "dev.adhere.completed-set.v1"
SCORES = "dev.adhere.pain-score.v1"
WITHDRAWALS = "dev.adhere.withdrawal.v1"
WAITING = "Object.keys(localStorage).filter(k => k.startsWith('adhere/outbox/')).map(k => k.split('/')[3])"


class UserApi(Api):
    def __init__(self, offset):
        super().__init__(offset)
        self.catalog = f"http://localhost:{8081 + offset}"
        self.page = f"http://localhost:{8084 + offset}"

    def get(self, who, url):
        return json.loads(self.call("GET", url, self.bearer(who)))

    def events(self, kind):
        return self.get(USER, f"{self.session}/v1/users/{USER}/events?size=500&type={kind}")["items"]

    def agenda(self, exercise):
        items = self.get(USER, f"{self.reminder}/v1/users/{USER}/agenda")["items"]
        return next(item for item in items if item["exerciseId"] == exercise)


class UserJourney(Journey):
    def prepare(self):
        """A plan of today, with an exercise whose name would run if it could."""
        zone = noon()
        self.api.call("PUT", f"{self.api.catalog}/v1/exercises/{EXERCISE}", self.api.bearer("editor"), json.dumps({
            "name": HOSTILE, "kind": "MOBILITY", "status": "PUBLISHED",
            "sources": [{"file": "browser.txt", "title": HOSTILE, "detail": "DESCRIBED", "steps": [HOSTILE]}]}))
        daily = {"everyDays": 1}
        plan = {"timeZone": zone, "versions": [{
            "effectiveFrom": datetime.datetime.now(zoneinfo.ZoneInfo(zone)).date().isoformat(),
            "items": [
                {"id": "bridge", "exerciseId": "bridge", "sets": 3, "reps": 10, "schedule": daily},
                {"id": "bird-dog", "exerciseId": "bird-dog", "sets": 1, "holdSeconds": 3, "schedule": daily},
                {"id": "hostile", "exerciseId": EXERCISE, "sets": 1, "reps": 5, "schedule": daily}]}]}
        self.soon(lambda: self.api.put("coach-anna", f"/v1/users/{USER}/plan", plan))

    @staticmethod
    def soon(ask, holds=lambda answer: True, seconds=15):
        """What is asked for, as soon as it holds; the last answer where it never does."""
        end = time.monotonic() + seconds
        while True:
            try:
                answer = ask()
            except OSError:
                if time.monotonic() > end:
                    raise
                answer = None
            if (answer is not None and holds(answer)) or time.monotonic() > end:
                return answer
            time.sleep(0.2)

    def sign_in_as(self, page, who):
        page.goto(self.api.page)
        page.click("#sign-in")
        page.fill("input[name=username]", who)
        page.fill("input[name=password]", "demo")
        page.click("button[type=submit]")
        page.wait_for_selector("header .tools")

    def look(self, name):
        self.page.evaluate("scrollTo(0, 0)")
        super().look(name)

    def card(self, name, nth=0):
        return self.page.locator("article.card").filter(has=self.page.locator("h3", has_text=name)).nth(nth)

    def says(self, locator, words, seconds=10):
        """Whether a part of the page says this within some seconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if locator.count() and words in locator.first.inner_text():
                return True
            self.page.wait_for_timeout(50)
        return False

    def run(self):
        page, claim = self.page, self.claims.claim
        self.prepare()
        page.goto(self.api.page)
        page.wait_for_selector("#sign-in")
        self.look("user-sign-in")
        self.sign_in_as(page, USER)
        page.wait_for_selector("article.card")
        claim("a user signs in and sees today's exercises", page.locator("article.card").count() == 4, str(page.locator("article.card").count()))
        kept = page.evaluate("Object.keys(localStorage)")
        claim("the token is in this tab only", kept == [] and "access_token" not in page.url, str(kept))
        self.hostile()
        self.timer()
        self.seen_by_the_coach()
        self.look("user-today")
        self.offline()
        self.unsure()
        self.taken_back()
        self.hurts()
        self.asked()
        self.refused()
        self.others()
        claim("no dialog was opened", not self.dialogs, str(self.dialogs))
        quiet = ["ERR_INTERNET_DISCONNECTED", "ERR_FAILED"]
        said = [s for s in self.console if not any(q in s for q in quiet)]
        claim("the console is silent, so no policy was broken", not said, "; ".join(said[:5]))

    def hostile(self):
        card = self.card("<img")
        card.locator("summary").click()
        self.claims.claim("a hostile name and its steps are text",
                          "<img" in card.locator("ol").inner_text() and self.page.locator("main img, main script").count() == 0)
        card = self.card("Bridge")
        card.locator("summary").click()
        self.claims.claim("an exercise says how it is done", card.locator("ol li").count() >= 2, str(card.locator("ol li").count()))

    def timer(self):
        page, claim = self.page, self.claims.claim
        card = self.card("Bird dog")
        card.get_by_text("Start timer").click()
        page.wait_for_timeout(1200)
        card.get_by_text("Pause").click()
        at = card.locator(".digits").inner_text()
        page.wait_for_timeout(1200)
        claim("the timer counts, and stands while it is paused", at == card.locator(".digits").inner_text() == "2", at)
        card.get_by_text("Go on").click()
        claim("it ends, and says so aloud", self.says(page.locator("#aloud"), "Time.", 5) and card.locator(".digits").inner_text() == "Done")

    def seen_by_the_coach(self):
        """The finishing claim: a tap here shows on the dashboard there."""
        page, claim = self.page, self.claims.claim
        context = page.context.browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
        coach = self.watched(context)
        self.sign_in(coach)
        coach.goto(self.url(f"/?q={USER}"))
        coach.wait_for_selector(f"#row-{USER}")
        coach.wait_for_timeout(1500)
        coach.evaluate(f"document.getElementById('row-{USER}').dataset.old = 'yes'")
        began = time.monotonic()
        self.card("Bridge").locator("button.log").click()
        while coach.evaluate(f"!!document.getElementById('row-{USER}')?.dataset.old") and time.monotonic() - began < 10:
            coach.wait_for_timeout(50)
        took = time.monotonic() - began
        claim(f"the coach sees the set without a reload ({took:.1f} s after the tap)", took <= 2.5, f"{took:.1f} s")
        context.close()
        claim("the page says that it counts", self.says(self.card("Bridge").locator(".count"), "1 of 3"), self.card("Bridge").inner_text())
        stored = self.api.events(SETS)
        claim("the event is whole", len(stored) == 1 and stored[0]["data"]["reps"] == 10 and stored[0]["data"]["setNumber"] == 1
              and len(stored[0]["data"]["sessionId"]) == 36 and stored[0]["id"][14] == "7", json.dumps(stored))

    def offline(self):
        page, claim = self.page, self.claims.claim
        self.until("!!navigator.serviceWorker.controller")
        self.context.set_offline(True)
        for _ in range(2):
            self.card("Bridge").locator("button.log").click()
        page.locator("input[name=context][value=BEFORE]").check()
        page.locator("input[name=score][value='3']").check()
        page.get_by_role("button", name="Save").click()
        ids = page.evaluate(WAITING)
        claim("offline, two sets and a score are kept", len(ids) == 3 and self.says(page.locator("#connection"), "3 entries wait"), str(ids))
        claim("and the page says that there is no connection", self.says(page.locator("#connection"), "No connection"), page.locator("#connection").inner_text())
        page.reload()
        page.wait_for_selector("article.card")
        claim("the page opens without a connection, and nothing is lost", page.evaluate(WAITING) == ids and self.says(page.locator("#connection"), "3 entries wait"))
        claim("what waits is offered no second time", self.card("Bridge").locator("button.log").inner_text() == "Log one more", self.card("Bridge").inner_text())
        self.look("user-offline")
        self.context.set_offline(False)
        claim("with the connection it all goes out", self.soon(lambda: page.evaluate(WAITING), lambda left: left == []) == [])
        claim("and nothing is said of waiting any more", self.soon(lambda: page.locator("#connection").inner_text(), lambda words: words == "", 40) == "")
        self.soon(lambda: self.api.events(SCORES), lambda found: len(found) == 1)
        found = [event["id"] for event in self.api.events(SETS) + self.api.events(SCORES)]
        claim("each is stored once, under its id", sorted(found)[1:] == sorted(ids) and len(found) == 4, f"{found} {ids}")
        claim("the day's dose is done", self.says(self.card("Bridge").locator(".state"), "done"), self.card("Bridge").inner_text())

    def unsure(self):
        """The service says retry; then it takes the event, and the answer is lost on its way."""
        page, claim = self.page, self.claims.claim
        sent = []

        def answer(route):
            lines = route.request.post_data.strip().split("\n")
            sent.append([json.loads(line)["id"] for line in lines])
            if len(sent) == 1:
                retry = [json.dumps({"line": 1, "id": sent[0][0], "status": "retry"})]
                route.fulfill(status=200, content_type="application/x-ndjson", body="\n".join(retry) + "\n")
            elif len(sent) == 2:
                route.fetch()
                route.abort()
            else:
                route.continue_()

        self.context.route("**/api/session/v1/events", answer)
        self.card("Bird dog").locator("button.log").click()
        self.soon(lambda: page.evaluate(WAITING), lambda left: left == [])
        self.context.unroute("**/api/session/v1/events")
        claim("what has no outcome is sent again under its id", len(sent) == 3 and sent[0] == sent[1] == sent[2], str(sent))
        stored = [e["id"] for e in self.api.events(SETS) if e["data"]["exerciseId"] == "bird-dog"]
        claim("and is stored once", stored == sent[0], str(stored))
        item = self.soon(lambda: self.api.agenda("bird-dog"), lambda item: item["doneSets"] == 1)
        claim("and counts once", item["doneSets"] == 1 and item["side"] == "LEFT", json.dumps(item))

    def taken_back(self):
        claim = self.claims.claim
        self.card("Bridge").get_by_text("Undo").last.click()
        claim("a set that is taken back is gone from the page", self.soon(lambda: self.card("Bridge").locator(".logged li").count(), lambda n: n == 2) == 2)
        item = self.soon(lambda: self.api.agenda("bridge"), lambda item: item["doneSets"] == 2)
        claim("and from the day's dose", item["doneSets"] == 2 and item["state"] == "PARTIAL", json.dumps(item))
        claim("by a withdrawal, nothing is deleted", len(self.api.events(WITHDRAWALS)) == 1)

    def hurts(self):
        page, claim = self.page, self.claims.claim
        self.card("Bridge").get_by_text("How was it?").click()
        page.wait_for_timeout(100)
        claim("an exercise's own question leads to its score", page.evaluate("document.activeElement.name") == "score"
              and page.locator("select[name=exerciseId]").input_value() == "bridge")
        page.keyboard.press("Space")
        page.locator("input[name=score][value='7']").check()
        page.get_by_role("button", name="Save").click()
        page.wait_for_selector("#restrictions")
        claim("what the programme makes of it is said", "6 or more" in page.locator("#restrictions").inner_text(), page.locator("#restrictions").inner_text())
        claim("the exercise waits, and cannot be logged", self.says(self.card("Bridge"), "Waits because of pain")
              and self.card("Bridge").locator("button.log").count() == 0)
        nudge = page.locator("li.safety")
        claim("a nudge arrives by itself", self.says(nudge, "6 or more"), page.locator("#inbox").inner_text())
        self.look("user-pain")
        nudge.get_by_text("In 30 minutes").click()
        claim("it can be put off", self.says(page.locator("#inbox"), "comes again"), page.locator("#inbox").inner_text() + page.locator("#fault").inner_text())
        nudge.get_by_text("Done with it").click()
        claim("and put away", self.soon(nudge.count, lambda n: n == 0) == 0)
        inbox = self.soon(
            lambda: self.api.get(USER, f"{self.api.reminder}/v1/users/{USER}/nudges")["items"],
            lambda items: items[0]["state"] == "DISMISSED",
        )
        claim("the service knows that it was shown and put away", all("displayedAt" in n for n in inbox) and inbox[0]["state"] == "DISMISSED", json.dumps(inbox))
        page.locator("input[name=context][value=AFTER]").check()
        page.locator("input[name=score][value='6']").check()
        page.locator("input[name=sensation][value=EFFORT]").check()
        page.get_by_role("button", name="Save").click()
        page.locator(".confirm").get_by_role("button", name="Yes").click()
        corrected = self.soon(lambda: [e for e in self.api.events(SCORES) if "replaces" in e["data"]], lambda found: found)
        claim("effort that was pain is corrected", len(corrected) == 1 and corrected[0]["data"]["sensation"] == "PAIN", json.dumps(corrected))

    def asked(self):
        page, claim = self.page, self.claims.claim
        questions = page.locator("#questions")
        if not questions.locator("details").evaluate("d => d.open"):
            questions.locator("summary").click()
        self.look("user-questions")
        for no in questions.locator("input[value=no]").all():
            no.check()
        questions.get_by_role("button", name="Send answers").click()
        answers = self.soon(lambda: self.api.events("dev.adhere.red-flag-answers.v1"), lambda found: found)
        count = len(answers[0]["data"]["answers"]) if answers else 0
        claim("questions are answered in one event", len(answers) == 1 and count >= 10, json.dumps(answers))
        claim("and asked no more", self.soon(questions.count, lambda n: n == 0) == 0)

    def refused(self):
        page, claim = self.page, self.claims.claim
        page.evaluate("""user => localStorage.setItem(`adhere/outbox/${user}/0193-bad`, JSON.stringify({event: {
            specversion: "1.0", id: "0193-bad", source: "app/page", type: "dev.adhere.pain-score.v1",
            time: new Date().toISOString(), data: {score: 11, context: "AFTER", zone: "UTC"}}}))""", USER)
        page.reload()
        page.wait_for_selector("#refused")
        claim("what is refused stays, with the reason", "10" in page.locator("#refused").inner_text(), page.locator("#refused").inner_text())
        self.look("user-refused")
        page.locator("#refused button").click()
        claim("until it is put away", page.evaluate(WAITING) == [] and self.soon(page.locator("#refused").count, lambda n: n == 0) == 0)

    def others(self):
        page, claim = self.page, self.claims.claim
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_selector("#sign-in")
        claim("signing out leaves nothing in the browser", page.evaluate("sessionStorage.length + localStorage.length") == 0)
        self.sign_in_as(page, "coach-anna")
        claim("who is no user is told so", "for people who train" in page.locator("main").inner_text())
        page.get_by_role("button", name="Sign out").click()
        german = page.context.browser.new_context(locale="de-DE", viewport={"width": 1280, "height": 900})
        english, self.page = page, self.watched(german)
        self.sign_in_as(self.page, USER)
        self.page.wait_for_selector("article.card")
        words = self.page.locator("body").inner_text()
        claim("the page speaks German", "Meine Übungen" in words and "??" not in words)
        self.look("user-de")
        german.close()
        self.page = english


def noon():
    """The zone in which it is most nearly noon."""
    now = datetime.datetime.now(datetime.timezone.utc)
    return min(ZONES, key=lambda name: abs(12 * 60 - minutes(now.astimezone(zoneinfo.ZoneInfo(name)))))


def minutes(local):
    return 60 * local.hour + local.minute


if __name__ == "__main__":
    walk(UserJourney, UserApi, "user-failed")
