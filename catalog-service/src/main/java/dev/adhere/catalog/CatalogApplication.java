package dev.adhere.catalog;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/// What exists.
@SpringBootApplication
public class CatalogApplication {

    public static void main(String[] args) {
        var _ = SpringApplication.run(CatalogApplication.class, args);
    }
}
