package org.tornadonn.nn.zoo;

import java.util.List;
import java.util.stream.Stream;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.convnext.ConvNextConfig;
import org.tornadonn.nn.model.ModelConfig;
import org.tornadonn.nn.vit.VitConfig;

/** All architectures by timm's names for them. */
public final class Models {
    private Models() {}

    /** The usual names; {@link #create} takes others of their form too. */
    public static List<String> names() {
        return Stream.concat(VitConfig.names().stream(), ConvNextConfig.names().stream())
                .toList();
    }

    /** The configuration of a named model. */
    public static ModelConfig create(String name, int classes, Norm norm) {
        if (name.startsWith("vit_")) {
            return VitConfig.named(name, classes, norm);
        }
        if (name.startsWith("convnext_")) {
            return ConvNextConfig.named(name, classes, norm);
        }
        throw new UserException("There is no model " + name + ". Names begin with vit_ or convnext_, such as "
                + String.join(", ", names()) + ".");
    }
}
