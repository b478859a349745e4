package dev.adhere.reminder;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/// What was due, and what now.
@SpringBootApplication
public class ReminderApplication {

    public static void main(String[] args) {
        var _ = SpringApplication.run(ReminderApplication.class, args);
    }
}
