package dev.adhere.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.crypto.RSASSASigner;
import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

class TestIssuerTest {

    @Test
    void aTokenVerifiesAgainstThePublishedKeys() {
        try (var issuer = TestIssuer.start()) {
            var decoder = NimbusJwtDecoder.withJwkSetUri(issuer.jwksUri()).build();
            var jwt = decoder.decode(issuer.token("coach-anna", "coach"));
            assertThat(jwt.getSubject()).isEqualTo("coach-anna");
            assertThat(jwt.getClaimAsStringList("roles")).containsExactly("coach");
            assertThat(jwt.getAudience()).containsExactly("adhere");
        }
    }

    @Test
    void aForeignKeyDoesNot() throws Exception {
        try (var issuer = TestIssuer.start()) {
            var decoder = NimbusJwtDecoder.withJwkSetUri(issuer.jwksUri()).build();
            var foreign = new RSASSASigner(TestIssuer.newKey());
            assertThatThrownBy(() -> decoder.decode(issuer.signed(foreign, _ -> {}, _ -> {})))
                    .isInstanceOf(JwtException.class);
        }
    }

    @Test
    void aDatabaseReplacesAnotherInAConnectionString() {
        assertThat(LocalMongo.withDatabase("mongodb://a:1,b:2/x?replicaSet=rs0", "y"))
                .isEqualTo("mongodb://a:1,b:2/y?replicaSet=rs0");
        assertThat(LocalMongo.withDatabase("mongodb://a:1", "y")).isEqualTo("mongodb://a:1/y");
        assertThat(LocalMongo.withDatabase("mongodb://a:1/?w=1", "y")).isEqualTo("mongodb://a:1/y?w=1");
    }
}
