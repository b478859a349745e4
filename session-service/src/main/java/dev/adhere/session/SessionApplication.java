package dev.adhere.session;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/// What happened.
@SpringBootApplication
public class SessionApplication {

    public static void main(String[] args) {
        var _ = SpringApplication.run(SessionApplication.class, args);
    }
}
