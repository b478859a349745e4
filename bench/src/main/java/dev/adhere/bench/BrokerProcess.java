package dev.adhere.bench;

import dev.adhere.testbed.LocalKafka;
import java.io.IOException;
import java.nio.file.Path;

/// The broker of `./adhere up` in a JVM of its own, so that it shares none with a load generator. Ends with
/// its standard input.
final class BrokerProcess {

    private BrokerProcess() {}

    /// @param arguments folder, port, controller's port
    public static void main(String[] arguments) throws IOException {
        var kafka =
                LocalKafka.start(Path.of(arguments[0]), Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
        while (System.in.read() >= 0) {
            // Nothing is said here.
        }
        kafka.close();
        System.exit(0);
    }
}
