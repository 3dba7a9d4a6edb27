package dev.mezzotint.diffusion.cli;

import dev.mezzotint.engine.image.Image;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A size as it is given on the command line.
 *
 * @param width in pixels, at least 1
 * @param height in pixels, at least 1
 */
record PictureSize(int width, int height) {
    /** A picture's size, brought down to multiples. */
    static PictureSize within(Image image, int multiple) {
        return new PictureSize(
                Math.max(1, image.width() / multiple) * multiple, Math.max(1, image.height() / multiple) * multiple);
    }

    /** Reads {@code 64x48}. */
    static final class Converter implements ITypeConverter<PictureSize> {
        private static final Pattern FORM = Pattern.compile("(\\d{1,6})[xX×](\\d{1,6})");

        @Override
        public PictureSize convert(String text) {
            Matcher form = FORM.matcher(text);
            if (!form.matches()) {
                throw new TypeConversionException(
                        "'" + text + "' is not a size; write it as WIDTHxHEIGHT, such as 64x64");
            }
            return new PictureSize(Integer.parseInt(form.group(1)), Integer.parseInt(form.group(2)));
        }
    }
}
