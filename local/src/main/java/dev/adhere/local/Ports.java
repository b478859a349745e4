package dev.adhere.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/// Where everything listens, all on loopback.
record Ports(int offset) {

    /// The page on which people try it as the user.
    int page() {
        return 8084 + offset;
    }

    int issuer() {
        return 9000 + offset;
    }

    int kafka() {
        return 9092 + offset;
    }

    int kafkaController() {
        return 9093 + offset;
    }

    int mongo() {
        return 27018 + offset;
    }

    int mail() {
        return 3025 + offset;
    }

    /// Those of the given ones that somebody else has, by name; empty if all is well.
    static String taken(Map<String, Integer> wanted) {
        return wanted.entrySet().stream()
                .filter(port -> !free(port.getValue()))
                .map(port -> port.getValue() + " (" + port.getKey() + ")")
                .collect(Collectors.joining(", "));
    }

    /// Everything that this start listens on, by name.
    Map<String, Integer> all(boolean mongo) {
        var all = new LinkedHashMap<String, Integer>();
        all.put("user's page", page());
        all.put("issuer", issuer());
        all.put("Kafka", kafka());
        all.put("Kafka's controller", kafkaController());
        all.put("SMTP", mail());
        if (mongo) {
            all.put("MongoDB", mongo());
        }
        for (var kind : ServiceProcess.Kind.ALL) {
            all.put(kind.name(), kind.port() + offset);
            all.put(kind.name() + " management", kind.managementPort() + offset);
        }
        return all;
    }

    private static boolean free(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
