package dev.adhere.platform.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

class BlockingTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final CountDownLatch began = new CountDownLatch(1);
    private final CountDownLatch answer = new CountDownLatch(1);
    private final CompletableFuture<String> became = new CompletableFuture<>();

    private String ask() throws InterruptedException {
        try {
            began.countDown();
            answer.await();
            became.complete("it ended by itself");
            return "late";
        } catch (InterruptedException e) {
            became.complete("it was interrupted");
            throw e;
        }
    }

    @Test
    void gives_what_the_work_gives_nothing_for_null_and_its_fault() {
        assertThat(Blocking.call(() -> 7).block(LONG)).isEqualTo(7);
        assertThat(Blocking.call(() -> null).block(LONG)).isNull();
        assertThatThrownBy(() -> Blocking.call(() -> {
                            throw new IllegalStateException("mine");
                        })
                        .block(LONG))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("mine");
        Mono<Throwable> fault = Blocking.<Throwable>call(() -> {
                    throw new AssertionError("an error is told at once, too");
                })
                .onErrorResume(Mono::just);
        assertThat(fault.block(LONG)).isInstanceOf(AssertionError.class);
    }

    @Test
    void a_caller_is_not_kept_waiting_by_a_mongodb_that_does_not_answer_and_the_work_is_let_end() throws Exception {
        var reading = Blocking.call(this::ask);
        assertThatThrownBy(() -> reading.block(LONG)).hasCauseInstanceOf(TimeoutException.class);
        assertThat(began.await(20, TimeUnit.SECONDS)).isTrue();
        answer.countDown();
        assertThat(became.get(20, TimeUnit.SECONDS)).isEqualTo("it ended by itself");
    }

    @Test
    void work_goes_on_when_its_caller_goes_away() throws Exception {
        var caller = Blocking.call(this::ask).subscribe();
        assertThat(began.await(20, TimeUnit.SECONDS)).isTrue();
        caller.dispose();
        answer.countDown();
        assertThat(became.get(20, TimeUnit.SECONDS)).isEqualTo("it ended by itself");
    }
}
