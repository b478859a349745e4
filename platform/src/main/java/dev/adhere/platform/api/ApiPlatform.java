package dev.adhere.platform.api;

import dev.adhere.platform.security.Caller;
import io.swagger.v3.core.util.PrimitiveType;
import io.swagger.v3.oas.models.OpenAPI;
import java.time.ZoneId;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;

/// The API document of every service.
@AutoConfiguration(beforeName = "org.springdoc.core.configuration.SpringDocConfiguration")
class ApiPlatform {

    static {
        SpringDocUtils.getConfig().addRequestWrapperToIgnore(Caller.class);
        PrimitiveType.customClasses().put(ZoneId.class.getName(), PrimitiveType.STRING);
        PrimitiveType.customClasses().put(JsonNode.class.getName(), PrimitiveType.OBJECT);
    }

    @Bean
    OpenAPI apiFrame(@Value("${spring.application.name}") String service) {
        return ApiDocument.frame(service);
    }

    @Bean
    RecordSchemas recordSchemas() {
        return new RecordSchemas();
    }

    @Bean
    OpenApiCustomizer apiDocument(
            @Qualifier("requestMappingHandlerMapping") ObjectProvider<RequestMappingHandlerMapping> mappings) {
        return new ApiDocument(() -> mappings.getObject().getHandlerMethods());
    }
}
