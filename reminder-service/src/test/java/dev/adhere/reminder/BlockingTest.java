package dev.adhere.reminder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class BlockingTest {

    @Test
    void a_reader_is_not_kept_waiting_by_a_mongodb_that_never_answers() throws Exception {
        var never = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        var reading = Blocking.call(() -> {
            try {
                never.await();
                return "";
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
        });

        assertThatThrownBy(() -> reading.block(Duration.ofSeconds(20))).hasCauseInstanceOf(TimeoutException.class);
        assertThat(interrupted.await(5, TimeUnit.SECONDS))
                .as("its thread goes on to other work")
                .isTrue();
    }
}
