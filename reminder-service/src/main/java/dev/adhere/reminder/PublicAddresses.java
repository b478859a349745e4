package dev.adhere.reminder;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.hc.client5.http.DnsResolver;
import org.jspecify.annotations.Nullable;

/// Which addresses a URL that a user names may lead to: none inside the deployment, however it is written
/// and whatever its name resolves to.
///
/// The connection is made to the very addresses that were checked here, so that a name which answers
/// differently the next time (DNS rebinding) gains nothing. Of a name with several addresses all must be
/// public.
final class PublicAddresses implements DnsResolver {

    private static final int LONGEST_URL = 2_000;
    private static final int LONGEST_NAME = 254;

    // The special-purpose registries of IANA (RFC 6890), and what clouds serve their secrets at. Of IPv6 only
    // global unicast (2000::/3) is looked at: loopback, link-local, unique-local, multicast, mapped and
    // translated addresses all lie outside of it.
    private static final List<Network> NOT_PUBLIC = networks(List.of(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3",
            "2001::/23",
            "2001:db8::/32",
            "2002::/16",
            "3fff::/20"));
    private static final Network GLOBAL_UNICAST = Network.parse("2000::/3");
    private static final int IPV4_BYTES = 4;

    // Every other way to write an address - decimal, hexadecimal, octal, shortened - is no name either.
    private static final Pattern IPV4 = Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(?:\\.|$)){4}");
    private static final Pattern NAME =
            Pattern.compile("(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?\\.?");

    /// What a name stands for.
    @FunctionalInterface
    interface Names {

        InetAddress[] addressesOf(String host) throws UnknownHostException;
    }

    private final boolean http;
    private final List<Network> allowed;
    private final Names names;

    PublicAddresses(OutboundSettings settings) {
        this(settings, InetAddress::getAllByName);
    }

    PublicAddresses(OutboundSettings settings, Names names) {
        this.http = settings.http();
        this.allowed = networks(settings.networks());
        this.names = names;
    }

    /// The URL that this text is; null where it is none to send to. Asks for its host's addresses, so it may
    /// take some time.
    @Nullable
    URI check(String text) {
        URI url = read(text);
        if (url == null) {
            return null;
        }
        try {
            var _ = resolve(url.getHost());
            return url;
        } catch (UnknownHostException _) {
            return null;
        }
    }

    /// As [#check], without asking for addresses.
    @Nullable
    URI read(String text) {
        if (text.length() > LONGEST_URL) {
            return null;
        }
        try {
            URI url = new URI(text);
            String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
            boolean fits = (scheme.equals("https") || http && scheme.equals("http"))
                    && url.getHost() != null
                    && url.getRawUserInfo() == null
                    && url.getRawFragment() == null
                    && url.getPort() != 0
                    && url.getPort() <= 65_535;
            return fits ? url : null;
        } catch (URISyntaxException _) {
            return null;
        }
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        String lower = host.toLowerCase(Locale.ROOT);
        boolean literal = lower.contains(":") || IPV4.matcher(lower).matches();
        if (!literal && (lower.length() > LONGEST_NAME || !NAME.matcher(lower).matches())) {
            throw new UnknownHostException("no host");
        }
        InetAddress[] addresses = names.addressesOf(host);
        if (addresses.length == 0 || !Arrays.stream(addresses).allMatch(this::mayBeReached)) {
            // Says the same as for a name that there is not: who asks learns nothing about what is inside.
            throw new UnknownHostException("no public host");
        }
        return addresses;
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }

    private boolean mayBeReached(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (allowed.stream().anyMatch(network -> network.holds(bytes))) {
            return true;
        }
        return (bytes.length == IPV4_BYTES || GLOBAL_UNICAST.holds(bytes))
                && NOT_PUBLIC.stream().noneMatch(network -> network.holds(bytes));
    }

    private static List<Network> networks(List<String> texts) {
        return texts.stream().map(Network::parse).toList();
    }

    /// All addresses that begin with the same bits.
    private record Network(byte[] address, int bits) {

        static Network parse(String text) {
            try {
                int slash = text.indexOf('/');
                byte[] address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash))
                        .getAddress();
                int bits = slash < 0 ? address.length * 8 : Integer.parseInt(text.substring(slash + 1));
                if (bits < 0 || bits > address.length * 8) {
                    throw new IllegalArgumentException("too many bits");
                }
                return new Network(address, bits);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("no network such as 10.0.0.0/8: " + text, e);
            }
        }

        boolean holds(byte[] other) {
            if (other.length != address.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> bit % 8;
                if ((address[bit / 8] & mask) != (other[bit / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }
}
