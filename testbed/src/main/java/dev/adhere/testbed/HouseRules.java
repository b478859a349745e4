package dev.adhere.testbed;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

/// What holds in every service. Each service's `HouseRulesTest` runs all of it over its own classes.
public final class HouseRules {

    private static final String LISTENER = "org.springframework.kafka.annotation.KafkaListener";
    private static final Set<String> CLOCKS =
            Set.of("Instant", "LocalDate", "LocalTime", "LocalDateTime", "ZonedDateTime", "OffsetDateTime", "Year");
    private static final String PURE =
            "dev\\.adhere\\.reminder\\.(Fold|Dose|DaySums|Day|Fact|Slot|Figures|Plan|Excuse|Lateness|NudgePolicy|UserState|Preferences)(\\$.*)?";

    private HouseRules() {}

    /// An asynchronous listener commits offsets of records that are not yet written.
    @ArchTest
    public static final ArchRule LISTENERS_RETURN_NOTHING_TO_WAIT_FOR = noMethods()
            .that()
            .areAnnotatedWith(LISTENER)
            .should()
            .haveRawReturnType(DescribedPredicate.or(
                    JavaClass.Predicates.assignableTo("org.reactivestreams.Publisher"),
                    JavaClass.Predicates.assignableTo(Future.class),
                    JavaClass.Predicates.assignableTo(CompletionStage.class)))
            .allowEmptyShould(true);

    /// A batch listener whose parameter is no list is handed one record of the batch and drops the rest.
    @ArchTest
    public static final ArchRule LISTENERS_TAKE_BATCHES = methods()
            .that()
            .areAnnotatedWith(LISTENER)
            .should()
            .haveRawParameterTypes(List.class)
            .allowEmptyShould(true);

    /// Time enters as an argument, an event's timestamp or an injected clock.
    @ArchTest
    public static final ArchRule NOBODY_ASKS_THE_WALL_CLOCK = noClasses()
            .that()
            .resideOutsideOfPackage("dev.adhere.testbed..")
            .should()
            .callMethodWhere(DescribedPredicate.describe(
                    "now() without a clock, or System.currentTimeMillis()", call -> {
                        JavaClass owner = call.getTargetOwner();
                        return call.getTarget().getRawParameterTypes().isEmpty()
                                        && call.getName().equals("now")
                                        && owner.getPackageName().equals("java.time")
                                        && CLOCKS.contains(owner.getSimpleName())
                                || owner.isEquivalentTo(System.class)
                                        && call.getName().equals("currentTimeMillis");
                    }));

    /// What thinks can be run anywhere: in a test, a simulator, a conformance suite.
    @ArchTest
    public static final ArchRule THE_FOLD_KNOWS_NO_INFRASTRUCTURE = noClasses()
            .that()
            .haveNameMatching(PURE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.springframework..",
                    "org.apache.kafka..",
                    "com.mongodb..",
                    "org.bson..",
                    "reactor..",
                    "java.io..")
            .allowEmptyShould(true);

    /// A service shows its application and nothing else; its core shows its pages one door.
    @ArchTest
    public static final ArchRule ONLY_APPLICATIONS_ARE_PUBLIC = classes()
            .that()
            .resideInAnyPackage("dev.adhere.catalog..", "dev.adhere.session..", "dev.adhere.reminder..")
            .and()
            .areTopLevelClasses()
            .and()
            .arePublic()
            .should()
            .haveSimpleNameEndingWith("Application")
            .orShould()
            .haveFullyQualifiedName("dev.adhere.reminder.Coaching")
            .allowEmptyShould(true);

    /// Waiting belongs to consumer threads and virtual threads; on an event loop it stops everybody.
    @ArchTest
    public static final ArchRule NOTHING_BLOCKS_A_PUBLISHER = noClasses()
            .should()
            .callMethodWhere(DescribedPredicate.describe(
                    "block() on a Mono or Flux, or Thread.sleep()",
                    call -> call.getName().startsWith("block")
                                    && call.getTargetOwner().getPackageName().startsWith("reactor.core.publisher")
                            || call.getTargetOwner().isEquivalentTo(Thread.class)
                                    && call.getName().equals("sleep")));

    /// Names say what a thing is, not which layer it is in.
    @ArchTest
    public static final ArchRule NAMES_ARE_BUSINESS_WORDS = noClasses()
            .that()
            .areTopLevelClasses()
            .should()
            .haveNameMatching(".*(Service|Manager|Helper|Util|Utils|Impl|Dto|DTO)")
            .orShould()
            .haveNameMatching(".*\\.(Base|Abstract)[A-Z].*");
}
