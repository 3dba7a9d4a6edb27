package dev.mezzotint.diffusion.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mezzotint.diffusion.sampler.SchedulerConfig;
import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.StoredTensor;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The published numbers of parameters. */
class PublishedModelTest {
    @ParameterizedTest
    @CsvSource({
        "SD15, 859520964",
        "SD15_INPAINT, 859535364",
        "SD21, 865910724",
        "SDXL, 2567463684",
        "LCM, 859602884",
        "BK_SDM_BASE, 579384964",
        "BK_SDM_SMALL, 482346884",
        "BK_SDM_TINY, 323384964"
    })
    void unets(PublishedModel model, long parameters) {
        assertEquals(parameters, count(weights(model).unet()));
    }

    @ParameterizedTest
    @CsvSource({"SD15, 0, 123060480", "SD21, 0, 340387840", "SDXL, 0, 123060480", "SDXL, 1, 694659840"})
    void textEncoders(PublishedModel model, int index, long parameters) {
        RandomWeights weights = weights(model);
        assertEquals(
                parameters,
                count(weights.text(index, weights.architecture().texts().get(index))));
    }

    @Test
    void vae() {
        assertEquals(83_653_863, count(weights(PublishedModel.SD15).vae()));
    }

    @ParameterizedTest
    @EnumSource
    void isFoundByItsLabelAndHasASchedule(PublishedModel model) {
        assertEquals(Optional.of(model), PublishedModel.find(model.label()));
        SchedulerConfig scheduler = SchedulerConfig.of(model.architecture().scheduler());
        assertEquals(1000, scheduler.noise().numTrainTimesteps());
    }

    private static RandomWeights weights(PublishedModel model) {
        return new RandomWeights(model.architecture(), DType.F16, 0);
    }

    private static long count(Map<String, StoredTensor> tensors) {
        return tensors.values().stream()
                .mapToLong(tensor -> (long) tensor.rows() * tensor.rowLength())
                .sum();
    }
}
