package org.tornadonn.benchmarks.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import org.tornadonn.nn.UserException;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/** Who can take part beside our kernels. */
public final class Contenders {
    private Contenders() {}

    /**
     * All that run where ours run on a device; to be closed.
     *
     * @param python the Python whose PyTorch takes part
     * @param say is told why PyTorch takes no part
     * @throws UserException if there are none
     */
    public static List<Peer> beside(TornadoDevice device, String python, Consumer<String> say) {
        List<Peer> found = new ArrayList<>();
        if (CuBlasPeer.present()) {
            found.add(new CuBlasPeer(device));
        }
        try {
            found.addAll(TorchPeer.both(device, python));
        } catch (IllegalStateException e) {
            say.accept("PyTorch takes no part: " + e.getMessage());
        }
        for (Peer peer : ServiceLoader.load(Peer.class)) {
            if (peer.runsOn(device)) {
                found.add(peer);
            }
        }
        if (found.isEmpty()) {
            throw new UserException(
                    "There is no other library to run beside ours. PyTorch takes part where python3 has it;"
                            + " DJL and ONNX Runtime run on CPUs, and their jars (hundreds of megabytes) are built by:"
                            + " ./setup.sh bench --peers");
        }
        return found;
    }
}
