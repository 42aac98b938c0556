package io.lightraft.config;

import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes SIGTERM and SIGINT end the process with exit code 0, as a stop that was asked for is no failure; the JVM's own
 * answer is 143 and 130. The shutdown hooks run as always.
 *
 * <p>The class for signals is in a supported module of every JDK (jdk.unsupported), but naming it is a warning of the
 * compiler that nothing turns off; hence reflection. Halting in a shutdown hook would do without, but would leave behind
 * the temporary files that the JVM deletes after the hooks.
 */
public final class StopSignals {

    private static final Logger log = LoggerFactory.getLogger(StopSignals.class);

    private StopSignals() {}

    public static void exitCleanly() {
        for (String name : new String[] {"TERM", "INT"}) {
            try {
                handle(name);
            } catch (ReflectiveOperationException | RuntimeException e) {
                log.debug("SIG{} keeps the JVM's exit code", name, e);
            }
        }
    }

    private static void handle(String name) throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        Object exit = Proxy.newProxyInstance(
                StopSignals.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                    if (method.getName().equals("handle")) {
                        System.exit(0);
                    }
                    return method.getName().equals("hashCode") ? 0 : null;
                });
        signal.getMethod("handle", signal, handler)
                .invoke(null, signal.getConstructor(String.class).newInstance(name), exit);
    }
}
