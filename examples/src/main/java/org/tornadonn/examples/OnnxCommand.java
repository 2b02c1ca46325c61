package org.tornadonn.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.onnx.OnnxExport;
import org.tornadonn.nn.train.Checkpoint;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a checkpoint as an ONNX file. */
@Command(
        name = "onnx",
        mixinStandardHelpOptions = true,
        description = {
            "Write a checkpoint as an ONNX file, opset 20.",
            "Its input images [batch, 3, size, size] has RGB from 0 to 1, less (0.485, 0.456, 0.406), over (0.229, 0.224,"
                    + " 0.225); its output is logits [batch, classes]; its metadata names the classes."
        })
final class OnnxCommand implements Runnable {
    @Parameters(paramLabel = "CHECKPOINT", description = "A .safetensors file of a run folder.")
    Path checkpoint;

    @Option(names = "--out", paramLabel = "FILE", description = "By default the checkpoint's name with .onnx.")
    Path out;

    @Option(names = "--use-ema", description = "With the moving average of the weights, which train --ema keeps.")
    boolean useEma;

    @Override
    public void run() {
        Checkpoint stored = Checkpoint.load(checkpoint);
        Checkpoint loaded = useEma ? stored.withAverage() : stored;
        Path file = out != null
                ? out
                : checkpoint.resolveSibling(
                        checkpoint.getFileName().toString().replaceAll("\\.safetensors$", "") + ".onnx");
        try {
            Files.write(file, OnnxExport.export(loaded.config(), loaded.tensors()::get, loaded.classNames()));
        } catch (IOException e) {
            throw new UserException("The file " + file + " cannot be written: " + e.getMessage());
        }
        System.out.println("Written: " + file);
    }
}
