package dev.mezzotint.diffusion.cli;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** The program's version, as the build stamped it on the module. */
final class Version implements IVersionProvider {
    /** Such as {@code 0.1.0}; {@code development} where nothing is stamped, as in tests. */
    static String number() {
        return Optional.ofNullable(Version.class.getModule().getDescriptor())
                .flatMap(descriptor -> descriptor.rawVersion())
                .orElse("development");
    }

    @Override
    public String[] getVersion() {
        return new String[] {"mezzotint " + number(), "Java " + Runtime.version()};
    }
}
