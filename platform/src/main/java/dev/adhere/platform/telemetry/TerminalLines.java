package dev.adhere.platform.telemetry;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.springframework.boot.logging.structured.StructuredLogFormatter;

/// A line for a person at a terminal: the hour, how bad it is, who says it, the trace where there is one.
public final class TerminalLines implements StructuredLogFormatter<ILoggingEvent> {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

    @Override
    public String format(ILoggingEvent event) {
        String logger = event.getLoggerName();
        String trace = event.getMDCPropertyMap().get(Trace.MDC_KEY);
        String line = "%s %-5s %s%s  %s%n"
                .formatted(
                        LocalTime.ofInstant(event.getInstant(), ZoneId.systemDefault())
                                .format(TIME),
                        event.getLevel(),
                        logger.substring(logger.lastIndexOf('.') + 1),
                        trace == null ? "" : " [" + trace + "]",
                        event.getFormattedMessage());
        return event.getThrowableProxy() instanceof ThrowableProxy proxy
                ? line + Faults.frames(proxy.getThrowable()) + System.lineSeparator()
                : line;
    }
}
