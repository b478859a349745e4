package dev.adhere.platform.telemetry;

import com.mongodb.MongoTimeoutException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.List;
import org.apache.kafka.common.config.ConfigException;
import org.springframework.beans.BeansException;
import org.springframework.boot.logging.StackTracePrinter;
import org.springframework.boot.logging.StandardStackTracePrinter;

/// Faults as they may be logged: classes and stack frames, not what they say. A message is made where the fault
/// happens, often out of what was being handled: MongoDB's "duplicate key" names the user, a parser quotes the body.
///
/// The configuration names it as the printer of stack traces, so that it holds for what libraries log, too.
public final class Faults implements StackTracePrinter {

    // What these say is about addresses and settings, and an operator cannot do without it.
    private static final List<Class<? extends Throwable>> ABOUT_THE_MACHINE = List.of(
            BeansException.class,
            BindException.class,
            ConfigException.class,
            ConnectException.class,
            MongoTimeoutException.class,
            NoRouteToHostException.class,
            UnknownHostException.class);

    private static final int LONGEST = 8_000;
    private static final StandardStackTracePrinter PRINTER =
            StandardStackTracePrinter.rootFirst().withMaximumLength(LONGEST).withFormatter(Faults::one);

    @Override
    public void printStackTrace(Throwable fault, Appendable to) throws IOException {
        PRINTER.printStackTrace(fault, to);
    }

    /// Classes and frames, root cause first.
    public static String frames(Throwable fault) {
        return PRINTER.printStackTraceToString(fault);
    }

    /// In one line: the fault and its causes.
    public static String name(Throwable fault) {
        var names = new StringBuilder(one(fault));
        for (Throwable cause = fault.getCause(); cause != null && names.length() < LONGEST; cause = cause.getCause()) {
            names.append(", caused by ").append(one(cause));
        }
        return names.toString();
    }

    private static String one(Throwable fault) {
        String name = fault.getClass().getName();
        boolean may = ABOUT_THE_MACHINE.stream().anyMatch(type -> type.isInstance(fault));
        return may && fault.getMessage() != null ? name + ": " + fault.getMessage() : name;
    }
}
