package dev.adhere.reminder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adhere.contracts.Nudge;
import dev.adhere.contracts.Nudge.State;
import dev.adhere.platform.web.ProblemException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import org.springframework.http.codec.ServerSentEvent;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.scheduler.VirtualTimeScheduler;
import tools.jackson.databind.json.JsonMapper;

/// What a client of an inbox stream gets to see, however fast it reads.
class InboxStreamsTest {

    private static final JsonMapper JSON = JsonMapper.shared();
    private final InboxStreams streams = new InboxStreams();

    @BeforeEach
    void start() {
        streams.start();
    }

    private static Nudge nudge(String id, State state) {
        return new Nudge(
                id,
                Nudge.Kind.DUE_SOON,
                LocalDate.parse("2025-03-05"),
                Instant.parse("2025-03-05T16:30:00Z"),
                Nudge.Outcome.SENT,
                null,
                "Your exercises for today are coming up.",
                null,
                Nudge.Channel.INBOX,
                state);
    }

    private void told(String user, Nudge nudge, long revision) {
        var record = new ConsumerRecord<>("nudges", 0, 0, user, JSON.writeValueAsBytes(nudge));
        var _ = record.headers()
                .add(InboxStreams.REVISION, Long.toString(revision).getBytes(StandardCharsets.US_ASCII));
        streams.on(record);
    }

    private static Mono<InboxStreams.Snapshot> snapshot(long revision, Nudge... nudges) {
        return Mono.just(new InboxStreams.Snapshot(List.of(nudges), revision));
    }

    /// Reads as much as it is told to.
    private static final class Client extends BaseSubscriber<ServerSentEvent<Nudge>> {
        final List<String> seen = new ArrayList<>();

        @Nullable
        Throwable fault;

        boolean ended;

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            // Nothing yet.
        }

        @Override
        protected void hookOnNext(ServerSentEvent<Nudge> event) {
            Nudge nudge = event.data();
            seen.add(
                    nudge == null
                            ? "(" + event.comment() + ") " + event.id()
                            : nudge.id() + " " + nudge.state() + " " + event.id());
        }

        @Override
        protected void hookOnError(Throwable fault) {
            this.fault = fault;
        }

        @Override
        protected void hookFinally(reactor.core.publisher.SignalType type) {
            ended = true;
        }
    }

    private Client open(String user, String caller, Mono<InboxStreams.Snapshot> snapshot) {
        var client = new Client();
        streams.open(user, caller, snapshot).subscribe(client);
        return client;
    }

    @Test
    void it_begins_with_the_snapshot_and_goes_on_with_every_change_of_that_user() {
        Client client = open("user-001", "user-001", snapshot(7, nudge("a", State.DELIVERED)));
        client.requestUnbounded();
        told("user-001", nudge("a", State.SNOOZED), 8);
        told("user-002", nudge("x", State.DELIVERED), 9);
        told("user-001", nudge("b", State.PENDING), 10);
        assertThat(client.seen).containsExactly("(open) 7", "a DELIVERED 7", "a SNOOZED 8", "b PENDING 10");
    }

    @Test
    void what_the_snapshot_has_is_not_told_again_though_it_comes_later() {
        var asked = Sinks.<InboxStreams.Snapshot>one();
        Client client = open("user-001", "user-001", asked.asMono());
        client.requestUnbounded();
        told("user-001", nudge("a", State.PENDING), 6);
        told("user-001", nudge("b", State.DELIVERED), 9);
        assertThat(client.seen).as("the snapshot is first").isEmpty();
        asked.tryEmitValue(new InboxStreams.Snapshot(List.of(nudge("a", State.DELIVERED)), 7))
                .orThrow();
        told("user-001", nudge("a", State.PENDING), 6);
        told("user-001", nudge("a", State.SENDING), 7);
        assertThat(client.seen).containsExactly("(open) 7", "a DELIVERED 7", "b DELIVERED 9");
    }

    @Test
    void who_does_not_read_costs_one_state_of_each_nudge_and_reads_the_newest() {
        Client client = open("user-001", "user-001", snapshot(1));
        for (int i = 0; i < 10_000; i++) {
            told("user-001", nudge("n" + i % 5, i % 2 == 0 ? State.SENDING : State.PENDING), 2 + i);
        }
        client.request(3);
        assertThat(client.seen).containsExactly("(open) 1", "n0 PENDING 9997", "n1 SENDING 9998");
        told("user-001", nudge("n2", State.DISMISSED), 20_000);
        client.requestUnbounded();
        assertThat(client.seen.subList(3, client.seen.size()))
                .containsExactly("n3 SENDING 10000", "n4 PENDING 10001", "n2 DISMISSED 20000");
    }

    @Test
    void what_was_not_sent_is_not_told() {
        Client client = open("user-001", "user-001", snapshot(1));
        client.requestUnbounded();
        Nudge not = new Nudge(
                "s",
                Nudge.Kind.DUE_SOON,
                LocalDate.parse("2025-03-05"),
                Instant.parse("2025-03-05T16:30:00Z"),
                Nudge.Outcome.SUPPRESSED,
                Nudge.Reason.DONE,
                null,
                null,
                null,
                null);
        told("user-001", not, 5);
        assertThat(client.seen).containsExactly("(open) 1");
    }

    @Test
    void what_an_earlier_release_wrote_counts_as_new_and_gives_no_id() {
        Client client = open("user-001", "user-001", snapshot(7));
        client.requestUnbounded();
        streams.on(
                new ConsumerRecord<>("nudges", 0, 0, "user-001", JSON.writeValueAsBytes(nudge("a", State.DELIVERED))));
        assertThat(client.seen).containsExactly("(open) 7", "a DELIVERED null");
    }

    @Test
    void one_caller_has_three_streams_of_a_user_and_gets_one_back_for_each_that_ends() {
        var mine = new ArrayList<Client>();
        for (int i = 0; i < 3; i++) {
            mine.add(open("user-001", "user-001", snapshot(1)));
        }
        Client fourth = open("user-001", "user-001", snapshot(1));
        assertThat(fourth.fault)
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problem().slug()).isEqualTo("too-many-streams"));
        assertThat(open("user-001", "coach-anna", snapshot(1)).fault).isNull();
        assertThat(streams.open()).isEqualTo(4);
        mine.getFirst().cancel();
        assertThat(streams.open()).isEqualTo(3);
        assertThat(open("user-001", "user-001", snapshot(1)).fault).isNull();
    }

    @Test
    void a_stream_whose_snapshot_fails_or_whose_client_goes_before_it_leaves_nothing_behind() {
        assertThat(open("user-001", "user-001", Mono.error(new IllegalStateException())).fault)
                .isNotNull();
        open("user-001", "user-001", Mono.never()).cancel();
        assertThat(streams.open()).isZero();
    }

    @Test
    void when_the_service_stops_every_stream_ends() {
        Client client = open("user-001", "user-001", snapshot(1));
        client.requestUnbounded();
        streams.stop();
        assertThat(client.ended).isTrue();
        assertThat(client.fault).isNull();
        assertThat(streams.open()).isZero();
    }

    @Test
    void a_comment_comes_every_15_seconds_and_only_the_last_one_waits() {
        var time = VirtualTimeScheduler.getOrSet();
        try {
            Client client = open("user-001", "user-001", snapshot(1));
            time.advanceTimeBy(Duration.ofSeconds(61));
            client.request(1);
            assertThat(client.seen).containsExactly("(open) 1");
            time.advanceTimeBy(Duration.ofSeconds(60));
            client.requestUnbounded();
            assertThat(client.seen).containsExactly("(open) 1", "(still here) null");
            time.advanceTimeBy(Duration.ofSeconds(30));
            assertThat(client.seen).hasSize(4);
            client.cancel();
            time.advanceTimeBy(Duration.ofSeconds(30));
            assertThat(client.seen).hasSize(4);
        } finally {
            VirtualTimeScheduler.reset();
        }
    }
}
