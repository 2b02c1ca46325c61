package org.tornadonn.nn.train;

import org.tornadonn.nn.convnext.ConvNextConfig;
import org.tornadonn.nn.vit.VitConfig;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.NamedType;

/** JSON of configurations, in which a model's kind is its {@code architecture}. */
public final class Json {
    public static final JsonMapper MAPPER = JsonMapper.builder()
            .registerSubtypes(new NamedType(VitConfig.class, "vit"), new NamedType(ConvNextConfig.class, "convnext"))
            .build();

    /** In words. */
    static final String ARCHITECTURES = "vit or convnext";

    private Json() {}
}
