package dev.adhere.platform.telemetry;

import java.io.Console;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/// Chooses how log lines look, where nobody else does: for a person at a terminal lines to read, else JSON (Elastic
/// Common Schema), for files and containers. `LOGGING_STRUCTURED_FORMAT_CONSOLE` overrules it.
final class LogFormat implements EnvironmentPostProcessor {

    static final String PROPERTY = "logging.structured.format.console";
    static final String JSON = "ecs";

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        environment
                .getPropertySources()
                .addLast(new MapPropertySource("log-format", Map.of(PROPERTY, format(System.console()))));
    }

    static String format(@Nullable Console console) {
        return console != null && console.isTerminal() ? TerminalLines.class.getName() : JSON;
    }
}
