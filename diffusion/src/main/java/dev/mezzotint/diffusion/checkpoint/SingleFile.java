package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.clip.model.ClipTextConfig;
import dev.mezzotint.clip.model.ClipTextEncoder;
import dev.mezzotint.diffusion.model.unet.UNet;
import dev.mezzotint.diffusion.model.unet.UNetConfig;
import dev.mezzotint.diffusion.model.vae.Autoencoder;
import dev.mezzotint.diffusion.model.vae.VaeConfig;
import dev.mezzotint.diffusion.schedule.PredictionType;
import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.RenamedTensors;
import dev.mezzotint.engine.checkpoint.StoredTensor;
import dev.mezzotint.engine.checkpoint.TensorFile;
import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.nn.Parameter;
import dev.mezzotint.engine.nn.Parameters;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A whole model in one file, as the original latent-diffusion code wrote it, with no configuration beside it: what it
 * is follows from names and shapes. Averaged copies of the weights and what training left over are passed over.
 *
 * @param architecture the sizes that were found
 * @param unet the U-Net's tensors under diffusers' names
 * @param vae the VAE's tensors under diffusers' names
 * @param texts the text encoders' tensors under transformers' names, with {@code text_model.} before them
 * @param remarks sentences about what the file does not say and was assumed; mostly none
 */
public record SingleFile(
        Architecture architecture, TensorFile unet, TensorFile vae, List<TensorFile> texts, List<String> remarks) {
    static final String FIRST_CLIP = "conditioner.embedders.0.transformer";
    private static final String TEXT_MODEL = "text_model";
    private static final int POOLED_WIDTH = 1280;
    private static final double SCALING = 0.18215;
    private static final double SCALING_XL = 0.13025;

    /** Takes copies of the lists. */
    public SingleFile {
        texts = List.copyOf(texts);
        remarks = List.copyOf(remarks);
    }

    /**
     * Recognises a file. The tensors may be read as long as the caller keeps it open.
     *
     * @param prediction what the U-Net predicts, where somebody knows; else it is found out as well as can be
     * @throws FormatException if it is of no supported family or incomplete; the message says what was found, what is
     *     supported and what to do
     * @throws IOException if it cannot be read
     */
    public static SingleFile of(TensorFile file, Optional<PredictionType> prediction) throws IOException {
        Recognition.Found found = Recognition.of(file);
        LdmSizes sizes = new LdmSizes(file);
        List<String> remarks = new ArrayList<>();
        PredictionType predicted =
                prediction.isPresent() ? prediction.get() : PredictionGuess.of(file, found.family(), remarks);
        List<TextRoot> roots = textRoots(file, found.texts());
        List<ClipTextConfig> texts = new ArrayList<>();
        for (TextRoot root : roots) {
            texts.add(root.sizes(sizes));
        }
        int sampleSize = sampleSize(found.family(), predicted);
        int pooledWidth = texts.getLast().projection() > 0 ? texts.getLast().projection() : POOLED_WIDTH;
        UNetConfig unet = sizes.unet(Recognition.UNET, sampleSize, pooledWidth);
        double scaling = found.family().isXl() ? SCALING_XL : SCALING;
        VaeConfig vae = sizes.vae(Recognition.VAE, 8 * sampleSize, scaling);
        Architecture architecture;
        try {
            architecture =
                    new Architecture(found.family(), unet, vae, texts, scheduler(file, found.family(), predicted));
        } catch (IllegalArgumentException e) {
            throw new FormatException(
                    file.path() + " holds parts that do not fit each other: " + e.getMessage() + "; get the model anew",
                    e);
        }
        List<TensorFile> textTensors = new ArrayList<>();
        for (int i = 0; i < roots.size(); i++) {
            textTensors.add(roots.get(i).tensors(file, texts.get(i)));
        }
        return new SingleFile(architecture, unetTensors(file, unet), vaeTensors(file, vae), textTensors, remarks);
    }

    private static int sampleSize(Family family, PredictionType prediction) {
        return switch (family) {
            case SD1, SD1_INPAINT, SD2_INPAINT -> 64;
            // Stable Diffusion 2 predicts velocity where it was trained at 768 pixels, and noise at 512.
            case SD2 -> prediction == PredictionType.V_PREDICTION ? 96 : 64;
            case SDXL, SDXL_INPAINT -> 128;
        };
    }

    private static Json scheduler(TensorFile file, Family family, PredictionType prediction) {
        return family.isXl()
                ? SchedulerSettings.euler(prediction, file.has(PredictionGuess.ZERO_TERMINAL_SNR))
                : SchedulerSettings.ddim(prediction);
    }

    /** Where a text encoder is, and in whose names. */
    private record TextRoot(String root, boolean openClip, boolean projected) {
        ClipTextConfig sizes(LdmSizes sizes) throws FormatException {
            // Stable Diffusion 2 uses the states before the last layer, so that layer is not there for diffusers.
            return openClip ? sizes.openClip(root, projected ? 0 : 1, projected) : sizes.clip(root);
        }

        TensorFile tensors(TensorFile file, ClipTextConfig config) throws FormatException {
            if (openClip) {
                return view(
                        file,
                        new ClipTextEncoder(config).parameters(),
                        name -> root + "." + OpenClip.nameOf(name),
                        name -> OpenClip.read(file, root + ".", name));
            }
            Naming naming = name -> root + name.substring(TEXT_MODEL.length());
            return view(file, new ClipTextEncoder(config).parameters(), naming, name -> file.tensor(naming.of(name)));
        }
    }

    private static List<TextRoot> textRoots(TensorFile file, Recognition.Texts texts) {
        return switch (texts) {
            case CLIP -> List.of(new TextRoot(clipRoot(file, texts.root()), false, false));
            case OPEN_CLIP, OPEN_CLIP_LATER -> List.of(new TextRoot(texts.root(), true, false));
            case BOTH ->
                List.of(new TextRoot(clipRoot(file, FIRST_CLIP), false, false), new TextRoot(texts.root(), true, true));
        };
    }

    /** transformers of some versions, and files made with them, leave off {@code text_model}. */
    private static String clipRoot(TensorFile file, String root) {
        String bare = root + ".embeddings.token_embedding.weight";
        return file.has(bare) ? root : root + "." + TEXT_MODEL;
    }

    private static TensorFile unetTensors(TensorFile file, UNetConfig config) throws FormatException {
        LdmNames names = LdmNames.ofUNet(config);
        String root = Recognition.UNET + ".";
        Naming naming = name -> root + names.of(name);
        Parameters parameters = new UNet(config).parameters();
        TensorFile tensors = view(file, parameters, naming, name -> file.tensor(naming.of(name)));
        Set<String> known = new HashSet<>();
        tensors.names().forEach(name -> known.add(naming.of(name)));
        for (String name : file.names()) {
            if (name.startsWith(root) && !known.contains(name)) {
                throw new FormatException(
                        file.path() + ": tensor " + name + " is of no U-Net that is supported; use another model");
            }
        }
        return tensors;
    }

    private static TensorFile vaeTensors(TensorFile file, VaeConfig config) throws FormatException {
        LdmNames names = LdmNames.ofVae(config);
        Naming naming = name -> Recognition.VAE + "." + names.of(name);
        return view(file, new Autoencoder(config).parameters(), naming, name -> {
            StoredTensor tensor = file.tensor(naming.of(name));
            return name.contains(".attentions.") ? Reshaped.linear(tensor) : tensor;
        });
    }

    @FunctionalInterface
    private interface Naming {
        String of(String name);
    }

    @FunctionalInterface
    private interface Source {
        StoredTensor of(String name) throws FormatException;
    }

    private static TensorFile view(TensorFile file, Parameters wanted, Naming naming, Source source)
            throws FormatException {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (Parameter parameter : wanted.list()) {
            String theirs = naming.of(parameter.name());
            if (!file.has(theirs)) {
                throw NameTree.missing(file, theirs);
            }
            StoredTensor tensor = source.of(parameter.name());
            if (!parameter.layout().fits(parameter.shape(), tensor.shape())) {
                throw new FormatException(file.path() + ": tensor " + theirs + " has shape "
                        + Arrays.toString(file.tensor(theirs).shape())
                        + ", which does not fit the other tensors; get the model anew");
            }
            tensors.put(parameter.name(), tensor);
        }
        return new RenamedTensors(file.path(), tensors);
    }
}
