package org.tornadonn.examples;

import java.util.List;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.zoo.Models;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists named models and the number of their parameters; nothing is allocated. */
@Command(
        name = "models",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description =
                "List models by name: parameters with LayerNorm, RMSNorm and DyT, decayed (the same with all) and exempt from weight "
                        + "decay.")
final class ModelsCommand implements Runnable {
    @Parameters(
            arity = "0..1",
            paramLabel = "NAME",
            description = "One model only; other patches and image sizes too, such as vit_tiny_patch4_32 or "
                    + "convnext_femto_patch2_32.")
    String name;

    @Option(names = "--classes", defaultValue = "1000", description = "Classes that it tells apart.")
    int classes;

    @Override
    public void run() {
        String line = "%-26s %13s %13s %13s %13s %17s %15s %13s%n";
        System.out.printf(
                line,
                "name",
                "LayerNorm",
                "RMSNorm",
                "DyT",
                "decayed",
                "exempt LayerNorm",
                "exempt RMSNorm",
                "exempt DyT");
        for (String each : name == null ? Models.names() : List.of(name)) {
            ParameterTable layerNorm =
                    Models.create(each, classes, Norm.LAYER_NORM).parameters();
            ParameterTable rmsNorm = Models.create(each, classes, Norm.RMS_NORM).parameters();
            ParameterTable dyt = Models.create(each, classes, Norm.DYT).parameters();
            System.out.printf(
                    line,
                    each,
                    grouped(layerNorm.size()),
                    grouped(rmsNorm.size()),
                    grouped(dyt.size()),
                    grouped(layerNorm.decayedSize()),
                    grouped(layerNorm.size() - layerNorm.decayedSize()),
                    grouped(rmsNorm.size() - rmsNorm.decayedSize()),
                    grouped(dyt.size() - dyt.decayedSize()));
        }
    }

    private static String grouped(int number) {
        return String.format("%,d", number);
    }
}
