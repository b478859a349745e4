#!/usr/bin/env python3
"""Breaks the rules in a copy of the sources, one at a time, and expects the oracle of the tests to notice each breach of
section 1, and the witness of the simulated months each of section 3: python3 ops/prove-oracle.py [--rule NAME].

A rule that can be broken and nothing turns red is a hole in the oracle or the witness, in the lives or in the vectors. Needs a JDK 25
(JAVA_HOME, or the one on the PATH) and Maven, to find the class path; changes nothing outside a temporary folder.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
RESOURCES = ROOT / "reminder-service/src/main/resources"
SOURCES = ("contracts/src/main/java", "reminder-service/src/main/java", "reminder-service/src/test/java")
TEST = "reminder-service/src/test/java/dev/adhere/reminder/"
CONTRACTS = "contracts/src/main/java/dev/adhere/contracts/"
REMINDER = "reminder-service/src/main/java/dev/adhere/reminder/"
ORACLE = "FoldPropertyTest"
WITNESS = "SimulatedYearTest"
TESTS = (ORACLE, "AdherenceVectorTest", "CorrectionTest")
# What says how figures are shown is no matter of the oracle, which has integers.
SHOWN = ("AdherenceVectorTest",)


class Break:
    """One rule, and the change that breaks it: the text must be there exactly once."""

    def __init__(self, rule, path, right, wrong, by=(ORACLE,)):
        self.rule, self.path, self.right, self.wrong, self.by = rule, path, right, wrong, by


BREAKS = [
    Break("1.2 a missing amount counts as T", REMINDER + "Dose.java", "given == null ? target", "given == null ? 0"),
    Break("1.2 one set earns at most one set", REMINDER + "Dose.java", "Math.min(given, target)", "given"),
    Break("1.2 T is seconds where there are no repetitions", REMINDER + "Dose.java",
          "item.reps() != null ? set.reps() : set.holdSeconds()", "set.reps()"),
    Break("1.2 P sets fill a slot, then the next", REMINDER + "Dose.java",
          "Math.min(mine.size(), next + item.sets())", "Math.min(mine.size(), next + item.sets() + 1)"),
    Break("1.2 sets fill slots by time", REMINDER + "Day.java", "sets.sort(Fact.BY_TIME)", "sets.sort(Fact.BY_ARRIVAL)"),
    Break("1.2 BOTH counts on each side", REMINDER + "Dose.java", "set == slot || set == Side.BOTH", "set == slot"),
    Break("1.2 a set without a side earns nothing on two sides", REMINDER + "Dose.java",
          "slot == Side.NONE || set == slot", "slot == Side.NONE || set == Side.NONE || set == slot"),
    Break("1.2 credit is rounded HALF_UP, not down", REMINDER + "Dose.java",
          "(2000 * amount + target) / (2 * target)", "1000 * amount / target"),
    Break("1.2 credit is rounded HALF_UP, not HALF_DOWN", REMINDER + "Dose.java",
          "(2000 * amount + target) / (2 * target)", "(2000 * amount + target - 1) / (2 * target)"),
    Break("1.2 every N days counts from the version's begin", REMINDER + "Plan.java",
          "ChronoUnit.DAYS.between(from, date)", "date.toEpochDay()"),
    Break("1.3 A7 has seven days", REMINDER + "Figures.java", "last(sums, throughDate, 7)", "last(sums, throughDate, 8)"),
    Break("1.3.1 the cap is per slot", REMINDER + "Slot.java", "Math.min(credit, prescribed())", "credit"),
    Break("1.3.2 percentages are rounded HALF_UP", REMINDER + "AdherenceAnswer.java", "1, RoundingMode.HALF_UP", "1, RoundingMode.HALF_EVEN", SHOWN),
    Break("1.3.3 today is not closed", REMINDER + "Figures.java", "throughDate, true)\n", "throughDate.plusDays(1), true)\n"),
    Break("1.3.4 excused slots leave both sums", REMINDER + "DaySums.java", "if (slot.excused()) {", "if (slot.excused() && slot.credit() < 0) {"),
    Break("1.3.4 an excuse of one exercise excuses no other", REMINDER + "Excuse.java",
          "this.exerciseId == null || this.exerciseId.equals(exerciseId)", "!exerciseId.isEmpty()"),
    Break("1.3.4 an excuse holds on its last day", REMINDER + "Excuse.java", "!date.isAfter(to)", "date.isBefore(to)"),
    Break("1.3.4 a new excuse counts for days that have facts", REMINDER + "Fold.java",
          "step.recompute(step.head.sums.keySet());", ""),
    Break("1.3.7 a version holds from its very date", REMINDER + "Plan.java",
          "version.effectiveFrom().isAfter(date)", "!version.effectiveFrom().isBefore(date)"),
    Break("1.3.7 the newest version holds, not the first", REMINDER + "Plan.java", "valid = version;", "valid = valid == null ? version : valid;"),
    Break("1.3.8 seven days late counts", REMINDER + "Lateness.java", "GRACE_DAYS = 7", "GRACE_DAYS = 6"),
    Break("1.3.8 eight days late does not count", REMINDER + "Lateness.java", "GRACE_DAYS = 7", "GRACE_DAYS = 8"),
    Break("1.3.8 history counts for a week after the plan was saved", REMINDER + "Lateness.java",
          "return ChronoUnit.DAYS.between(saved, received) > GRACE_DAYS;", "return true;"),
    Break("1.3.8 history counts for a week and no longer", REMINDER + "Lateness.java",
          "return ChronoUnit.DAYS.between(saved, received) > GRACE_DAYS;", "return false;"),
    Break("1.3.8 42 days late counts as history", REMINDER + "Lateness.java", "HORIZON_DAYS = 42", "HORIZON_DAYS = 41"),
    Break("1.3.8 43 days late never counts", REMINDER + "Lateness.java", "HORIZON_DAYS = 42", "HORIZON_DAYS = 43"),
    Break("1.3.10 the same id counts once", REMINDER + "Fold.java", "|| isKnown(dated.id())", ""),
    Break("1.3.10 of different contents the first counts", REMINDER + "Day.java", "if (counted(id) != null) {\n            return true;",
          "if (counted(id) != null) {\n            return false;"),
    Break("1.3.10 300 facts a date, not 301", REMINDER + "Day.java", "MOST = 300", "MOST = 301"),
    Break("1.3.10 the first 300 count, not the last", REMINDER + "Day.java", "sorted.removeLast()", "sorted.removeFirst()"),
    Break("1.3.10 of a chain the newest counts", CONTRACTS + "Chains.java", "Collections.max(chain", "Collections.min(chain"),
    Break("1.3.10 of one time the greater id counts", CONTRACTS + "Chains.java",
          "Comparator.comparing(Link::time).thenComparing(Link::id)",
          "Comparator.comparing(Link::time).thenComparing(Link::id, Comparator.reverseOrder())"),
    Break("1.3.10 a correction of another type corrects nothing", CONTRACTS + "Chains.java",
          "target.type().equals(link.type())", "!target.type().isEmpty()"),
    Break("1.3.10 a withdrawal takes back any type", CONTRACTS + "Chains.java",
          "|| link.type().equals(SessionEvent.Withdrawal.TYPE)", ""),
    Break("1.3.11 an event's own zone dates it", CONTRACTS + "SessionEvent.java",
          "time().atZoneSameInstant(zone()).toLocalDate()", "time().atZoneSameInstant(java.time.ZoneOffset.UTC).toLocalDate()"),
    Break("1.3.11 a day ends where the next begins, not after 24 hours", REMINDER + "Fold.java",
          "date.plusDays(1).atStartOfDay(zone).toInstant()", "date.atStartOfDay(zone).plusHours(24).toInstant()"),
    Break("1.3.11 a changed zone rules from the next day end on", REMINDER + "Fold.java",
          "head.throughDate = open;\n                head.zone = head.done().wantedZone();", "head.throughDate = open;"),
    Break("1.3.12 the first days with a set carry the quota", REMINDER + "Dose.java",
          "withSet.subList(0, carried)", "withSet.subList(withSet.size() - carried, withSet.size())"),
    Break("1.3.12 the rest of the quota stands on the last days", REMINDER + "Dose.java", "Collections.reverse(without);", ""),
    Break("1.3.12 a set moves the quota of its whole week", REMINDER + "Fold.java",
          "if (moved && Dose.hasQuota(head.plan, each)) {", "if (moved && each.isBefore(LocalDate.EPOCH)) {"),
    Break("1.3.12 a version within the week moves the quota", REMINDER + "Fold.java",
          ": Dose.weekOf(head.throughDate).getFirst();", ": head.throughDate.plusDays(1);"),
    Break("1.4 a day of 0.80 is adherent", REMINDER + "DaySums.java", "return 5 * done >= 4 * due", "return 5 * done > 4 * due"),
    Break("1.4 a streak skips excused and rest days", REMINDER + "Figures.java", "if (!day.isDue()) {\n                return this;",
          "if (!day.isDue()) {\n                return new Frozen(0, best, missed, active);"),
    Break("1.4 the best streak outlives the horizon", REMINDER + "Fold.java",
          "head.frozen = head.frozen.then(head.sums.pollFirstEntry().getValue());", "head.sums.pollFirstEntry();"),
    Break("1.4 F7 counts days with any credit", REMINDER + "DaySums.java", "active |= slot.credit() > 0", "active |= slot.credit() >= slot.prescribed()"),
    Break("1.4 R7 has excused slots too", REMINDER + "DaySums.java", "rawDone += slot.capped();", "rawDone += slot.excused() ? 0 : slot.capped();"),
    Break("1.4 O7 is credit beyond P", REMINDER + "Slot.java", "Math.max(0, credit - prescribed())", "Math.max(0, credit - 1000L)"),
    Break("3.2 half an hour before, not an hour and a half", REMINDER + "NudgePolicy.java",
          "ZonedDateTime moment = first.minus(LEAD);", "ZonedDateTime moment = first.minus(LEAD).minusHours(1);", (WITNESS,)),
    Break("3.2 two hours after are two hours, on the night of a clock change too", REMINDER + "NudgePolicy.java",
          "ZonedDateTime moment = first.plus(OVERDUE_AFTER);",
          "ZonedDateTime moment = ZonedDateTime.of(first.toLocalDateTime().plus(OVERDUE_AFTER), first.getZone());", (WITNESS,)),
    Break("3.2 a day ends where the next begins, not after 24 hours", REMINDER + "Fold.java",
          "date.plusDays(1).atStartOfDay(zone).toInstant()", "date.atStartOfDay(zone).plusHours(24).toInstant()", (WITNESS,)),
    Break("3.2 what is due soon after midnight is announced the evening before", REMINDER + "Fold.java",
          "nudging.next(List.of(open, open.plusDays(1)), this::slotsWithoutCredit)",
          "nudging.next(List.of(open), this::slotsWithoutCredit)", (WITNESS,)),
    Break("3.2 the first time of the day is that of a slot that is not excused", REMINDER + "NudgePolicy.java",
          "if (!slot.excused() && time != null", "if (time != null", (WITNESS,)),
    Break("3.2 missed days are counted for longer than events are taken", REMINDER + "NudgePolicy.java",
          "missed + frozen.missed()", "missed", (WITNESS,)),
    Break("3.2 one decision of a kind, user and date: the date is in its key", REMINDER + "NudgePolicy.java",
          '"|" + kind + "|" + date + (about', '"|" + kind + (about', (WITNESS,)),
    Break("3.2 one decision of a kind, user and date: it is made once", REMINDER + "Nudging.java",
          "if (head.plan == null || isDecided(date, occasion::decidedBy)) {", "if (head.plan == null) {", (WITNESS,)),
    Break("3.2 editing never sends the past", REMINDER + "Nudging.java",
          "moment != null && head.editedAt != null && moment.isBefore(head.editedAt)", "false", (WITNESS,)),
    Break("3.2 a new zone does not rule before the day ends", REMINDER + "Fold.java",
          "if (step.head.plan == null) {", "if (!now.equals(Instant.EPOCH)) {", (WITNESS,)),
    Break("3.3.1 a muted kind is not sent", REMINDER + "NudgePolicy.java",
          "s.preferences().mutedKinds().contains(s.kind())", "s.preferences().mutedKinds().size() > 9", (WITNESS,)),
    Break("3.3.1 who wants no nudges gets none", REMINDER + "NudgePolicy.java",
          "if (!s.preferences().nudges()) {", "if (s.slots().isEmpty()) {", (WITNESS,)),
    Break("3.3.2 what is excused is not due", REMINDER + "NudgePolicy.java",
          "s.slots().stream().allMatch(Slot::excused)", "s.slots().isEmpty()", (WITNESS,)),
    Break("3.3.3 any credit is enough for DUE_SOON", REMINDER + "NudgePolicy.java",
          "anyMatch(slot -> slot.credit() > 0)", "allMatch(slot -> slot.credit() > 0)", (WITNESS,)),
    Break("3.3.3 a dose of 0.80 is enough for OVERDUE, not only 0.90", REMINDER + "NudgePolicy.java",
          "yield DaySums.adherent(done, due);", "yield 10 * done >= 9 * due;", (WITNESS,)),
    Break("3.3.3 a dose of 0.70 is not enough for OVERDUE", REMINDER + "NudgePolicy.java",
          "yield DaySums.adherent(done, due);", "yield 10 * done >= 7 * due;", (WITNESS,)),
    Break("3.3.4 a session lasts 20 minutes after a set, not 10", REMINDER + "NudgePolicy.java",
          "SESSION = Duration.ofMinutes(20)", "SESSION = Duration.ofMinutes(10)", (WITNESS,)),
    Break("3.3.5 quiet hours are those of the user's clock, not of UTC", REMINDER + "NudgePolicy.java",
          "LocalTime.ofInstant(now, s.zone())", "LocalTime.ofInstant(now, java.time.ZoneOffset.UTC)", (WITNESS,)),
    Break("3.3.5 quiet hours hold until their end", REMINDER + "Preferences.java",
          "(!time.isBefore(from) || time.isBefore(to))", "!time.isBefore(from)", (WITNESS,)),
    Break("3.3.6 two a day, not three", REMINDER + "NudgePolicy.java", "MOST_A_DAY = 2", "MOST_A_DAY = 3", (WITNESS,)),
    Break("3.3.6 two a local day, not a day of UTC", REMINDER + "NudgePolicy.java",
          "LocalDate.ofInstant(decidedAt, s.zone()).equals(today)",
          "LocalDate.ofInstant(decidedAt, java.time.ZoneOffset.UTC).equals(today)", (WITNESS,)),
    Break("3.3.6 eight in seven days, not nine", REMINDER + "NudgePolicy.java", "MOST_IN_7_DAYS = 8", "MOST_IN_7_DAYS = 9", (WITNESS,)),
    Break("3.3.6 two hours apart, not one", REMINDER + "NudgePolicy.java", "APART = Duration.ofHours(2)", "APART = Duration.ofHours(1)", (WITNESS,)),
    Break("3.3.6 a nudge that came again counts from then", REMINDER + "Decision.java",
          "return new Decision(nudge.with(null, first, nudge.state()), now, snoozed, outgoing);", "return new Decision(nudge.with(null, first, nudge.state()), moment, snoozed, outgoing);", (WITNESS,)),
    Break("3.3.6 nobody is reminded before the time that was chosen", REMINDER + "NudgePolicy.java",
          "if (snoozed || atOnce) {", "if (atOnce) {", (WITNESS,)),
    Break("3.3.7 three without an answer tire, not four", REMINDER + "NudgePolicy.java", "TIRED_AFTER = 3", "TIRED_AFTER = 4", (WITNESS,)),
    Break("3.3.7 two chances are let go, not one", REMINDER + "NudgePolicy.java", "CHANCES_SKIPPED = 2", "CHANCES_SKIPPED = 1", (WITNESS,)),
    Break("3.3.8 a decision that is an hour late is not sent", REMINDER + "NudgePolicy.java",
          "STALE_AFTER = Duration.ofMinutes(30)", "STALE_AFTER = Duration.ofMinutes(90)", (WITNESS,)),
    Break("3.3.8 nothing is decided before what had arrived was counted (the driver of the simulation)", TEST + "SimulatedLife.java",
          "Instant barrier = lastFoldAt;", "Instant barrier = due;", (WITNESS,)),
    Break("3.3.10 it is asked again before every attempt and at the end of a snooze", REMINDER + "Nudging.java",
          "if (unwanted != null) {", "if (unwanted == Reason.EXPIRED) {", (WITNESS,)),
    Break("3.3.10 a snooze does not outlast the date", REMINDER + "Nudging.java",
          " || !date.isAfter(head.throughDate)", "", (WITNESS,)),
    Break("3.3.11 an attempt begins within half an hour", REMINDER + "Nudging.java",
          "now.isAfter(outgoing.expiresAt()) || ", "", (WITNESS,)),
    Break("3.4 what was dismissed stays away", REMINDER + "Nudging.java",
          "decision.to(State.DISMISSED, null)", "decision.to(State.DISMISSED, decision.outgoing())", (WITNESS,)),
    Break("3.4 what may have been sent is not sent again", REMINDER + "Nudging.java",
          "if (decision.is(State.SENDING)) {", "if (decision.is(State.UNKNOWN)) {", (WITNESS,)),
]

RUNNER = """
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder.request;

import java.util.Arrays;
import java.util.TreeSet;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

class Run {
    public static void main(String[] tests) {
        var listener = new SummaryGeneratingListener();
        var selected = Arrays.stream(tests).map(t -> selectClass("dev.adhere.reminder." + t)).toList();
        LauncherFactory.create().execute(request().selectors(selected).build(), listener);
        var failed = new TreeSet<String>();
        listener.getSummary().getFailures().forEach(f -> failed.add(f.getTestIdentifier().getUniqueId()
                .replaceAll(".*class:dev.adhere.reminder.([^]]*)].*?(method|test-template):([^(]*).*", "$1.$3")));
        failed.forEach(f -> System.out.println("failed " + f));
        listener.getSummary().printFailuresTo(new java.io.PrintWriter(System.err), 12);
        System.out.println("ran " + listener.getSummary().getTestsStartedCount());
        System.exit(0);
    }
}
"""


def java_home():
    home = os.environ.get("JAVA_HOME")
    return pathlib.Path(home) if home else pathlib.Path(shutil.which("javac")).resolve().parent.parent


def class_path():
    """What the tests of reminder-service need, as Maven knows it."""
    subprocess.run(
        ["mvn", "-q", "-B", "-ntp", "-Dquick", "compile", "dependency:build-classpath", "-pl", "reminder-service", "-am",
         "-Dmdep.outputFile=target/test-classpath"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return (ROOT / "reminder-service/target/test-classpath").read_text().strip()


class Copy:
    """The sources in a temporary folder, where they may be broken."""

    def __init__(self, folder, path, histories, people):
        self.folder, self.path, self.histories, self.people, self.said = folder, path, histories, people, ""
        for tree in SOURCES:
            shutil.copytree(ROOT / tree, folder / tree)
        self.texts = ROOT / "reminder-service/src/main/resources"
        (folder / "Run.java").write_text(RUNNER)

    def compiled(self, out, sources, path):
        """What the compiler says; nothing where all is well."""
        shutil.rmtree(out, ignore_errors=True)
        done = subprocess.run(
            [java_home() / "bin/javac", "-nowarn", "-parameters", "-proc:none", "-d", out, "-cp", path,
             "-sourcepath", self.folder / SOURCES[2], *sources], capture_output=True, text=True)
        return done.stderr if done.returncode else ""

    def red(self, run=TESTS, changed=None, out="classes"):
        """The names of the tests that fail, and how many ran; one string where it does not compile.

        Everything is compiled: constants are copied into the classes that use them. Where only one file is, because nothing
        of that kind changes in it, its classes go before all others.
        """
        out, over = self.folder / out, self.folder / "changed"
        if changed is None:
            tests = [str(self.folder / SOURCES[2] / f"dev/adhere/reminder/{t}.java") for t in (*TESTS, WITNESS)]
            main = [str(f) for tree in SOURCES[:2] for f in (self.folder / tree).rglob("*.java")]
            said = self.compiled(out, [self.folder / "Run.java", *main, *tests], self.path)
            shutil.rmtree(over, ignore_errors=True)
        else:
            said = self.compiled(over, [changed], f"{out}{os.pathsep}{self.path}")
        if said:
            return said, 0
        ran = subprocess.run(
            [java_home() / "bin/java", "-Xmx1g", f"-Dadhere.histories={self.histories}", f"-Dadhere.people={self.people}",
             "-cp", os.pathsep.join(map(str, (over, out, self.texts, self.path))), "Run", *run],
            capture_output=True, text=True)
        count = re.search(r"^ran (\d+)$", ran.stdout, re.M)
        if not count:
            return ran.stdout + ran.stderr, 0
        self.said = ran.stderr
        return re.findall(r"^failed (\S+)$", ran.stdout, re.M), int(count.group(1))

    def broken(self, change):
        """As `red`, with the rule broken."""
        file = self.folder / change.path
        text = file.read_text()
        if text.count(change.right) != 1:
            return f"{change.path} has {text.count(change.right)} times: {change.right}", 0
        file.write_text(text.replace(change.right, change.wrong))
        try:
            return self.red((WITNESS,), file) if change.by == (WITNESS,) else self.red(out="broken")
        finally:
            file.write_text(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rule", action="append", help="only rules whose name has this in it; may be repeated")
    parser.add_argument("--histories", type=int, default=300)
    parser.add_argument("--people", type=int, default=100, help="in the simulation of each clock change")
    parser.add_argument("--classpath", type=pathlib.Path, help="a file with the class path, instead of asking Maven for it")
    given = parser.parse_args()
    chosen = [b for b in BREAKS if not given.rule or any(r in b.rule for r in given.rule)]
    path = given.classpath.read_text().strip() if given.classpath else class_path()
    survived = 0
    with tempfile.TemporaryDirectory(prefix="adhere-oracle-") as folder:
        copy = Copy(pathlib.Path(folder), path, given.histories, given.people)
        oracle = any(b.by != (WITNESS,) for b in chosen)
        red, ran = copy.red((*TESTS, WITNESS) if oracle else (WITNESS,))
        if red or not ran:
            sys.exit(f"the sources as they are: {red}\n{copy.said[:5000]}")
        print(f"the sources as they are: {ran} tests green, {given.histories} histories, {given.people} people", flush=True)
        for change in chosen:
            began = time.monotonic()
            red, ran = copy.broken(change)
            if not ran:
                survived += 1
                print(f"INVALID   {change.rule}: {red[:400]}", flush=True)
                continue
            by = sorted({test.split(".")[0] for test in red})
            caught = all(test in by for test in change.by)
            objection = re.search(r"AssertionError: (seed .*)$", copy.said, re.M)
            survived += not caught
            print(f"{'CAUGHT  ' if caught else 'SURVIVED'}  {change.rule} ({time.monotonic() - began:.0f} s): "
                  + (", ".join(red) or "all green") + (f": {objection.group(1)[:150]}" if objection else ""), flush=True)
    print(f"{len(chosen) - survived} of {len(chosen)} broken rules caught", flush=True)
    sys.exit(1 if survived or not chosen else 0)


if __name__ == "__main__":
    main()
