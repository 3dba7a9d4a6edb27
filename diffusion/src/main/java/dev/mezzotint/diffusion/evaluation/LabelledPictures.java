package dev.mezzotint.diffusion.evaluation;

import dev.mezzotint.engine.data.CaptionedDataset;
import dev.mezzotint.engine.data.Example;
import dev.mezzotint.engine.image.Image;
import dev.mezzotint.engine.parallel.Workers;
import java.util.ArrayList;
import java.util.List;

/**
 * Rendered pictures with their truths, held in memory.
 *
 * @param pictures all of one size, square, RGB
 * @param labels the objects of each
 */
record LabelledPictures(List<Image> pictures, List<List<Label>> labels) {
    /**
     * Renders the first examples of several data sets in equal shares, one after the other in turn.
     *
     * @throws IllegalArgumentException if a picture is not square and RGB, sizes differ or an attribute is missing
     */
    static LabelledPictures render(List<CaptionedDataset> sources, int count, Workers workers) {
        Image[] pictures = new Image[count];
        List<List<Label>> labels = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            labels.add(List.of());
        }
        workers.run(count, i -> {
            CaptionedDataset source = sources.get(i % sources.size());
            Example example = source.example(i / sources.size() % source.size());
            pictures[i] = example.image();
            labels.set(i, Label.of(example.attributes()));
        });
        int size = pictures[0].width();
        for (Image image : pictures) {
            if (image.width() != size || image.height() != size || image.channels() != 3) {
                throw new IllegalArgumentException("judge: a picture is " + image.width() + "×" + image.height()
                        + " with " + image.channels() + " channels; all must be " + size + "×" + size + " with 3");
            }
        }
        return new LabelledPictures(List.of(pictures), labels);
    }

    int count() {
        return pictures.size();
    }

    /** A configuration that knows every word of these labels. */
    JudgeConfig config(int channels) {
        return new JudgeConfig(
                pictures.getFirst().width(),
                channels,
                labels.stream()
                        .flatMap(List::stream)
                        .map(Label::shape)
                        .distinct()
                        .sorted()
                        .toList(),
                labels.stream()
                        .flatMap(List::stream)
                        .map(Label::hue)
                        .distinct()
                        .sorted()
                        .toList());
    }
}
