package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.TensorFile;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds out by characteristic names which family a single file is of, and says of others what they look like. */
final class Recognition {
    static final String UNET = "model.diffusion_model";
    static final String VAE = "first_stage_model";

    private static final String SUPPORTED =
            "supported are single files of Stable Diffusion 1.x, 2.x and XL with U-Net, VAE and text encoder,"
                    + " and model folders in diffusers' layout";

    /**
     * What a file with a certain name in it is.
     *
     * @param part of a tensor's name
     * @param label what the file looks like
     * @param remedy what to do
     */
    private record Stranger(String part, String label, String remedy) {}

    private static final String LORA = "name the model with --model and this file with --lora";

    /** What changes a model, unless there is a model in the same file. */
    private static final List<Stranger> CHANGES = List.of(
            new Stranger("lora_up", "a LoRA, which changes a model and is none", LORA),
            new Stranger("lora_A", "a LoRA, which changes a model and is none", LORA),
            new Stranger("hada_w1", "a LoHa, which changes a model and is none", SUPPORTED),
            new Stranger("lokr_w1", "a LoKr, which changes a model and is none", SUPPORTED));

    /** Checked in this order; the first that occurs is reported. */
    private static final List<Stranger> STRANGERS = List.of(
            new Stranger("joint_blocks.", "Stable Diffusion 3", SUPPORTED),
            new Stranger("joint_transformer_blocks.", "Stable Diffusion 3", SUPPORTED),
            new Stranger("double_blocks.", "Flux", SUPPORTED),
            new Stranger("single_transformer_blocks.", "Flux", SUPPORTED),
            new Stranger("double_layers.", "AuraFlow", SUPPORTED),
            new Stranger("clip_txt_mapper.", "Stable Cascade", SUPPORTED),
            new Stranger("effnet_mapper.", "Stable Cascade", SUPPORTED),
            new Stranger("caption_projection.", "PixArt or Sana", SUPPORTED),
            new Stranger("control_model.", "a ControlNet", SUPPORTED),
            new Stranger("input_hint_block.", "a ControlNet", SUPPORTED),
            new Stranger("controlnet_cond_embedding.", "a ControlNet", SUPPORTED),
            new Stranger("ip_adapter.", "an IP-Adapter", SUPPORTED),
            new Stranger("motion_modules.", "a motion module of AnimateDiff", SUPPORTED),
            new Stranger("time_stack.", "Stable Video Diffusion", SUPPORTED),
            new Stranger("string_to_param", "a textual inversion", SUPPORTED),
            new Stranger("emb_params", "a textual inversion", SUPPORTED),
            new Stranger("edm_mean", "Playground 2.5", SUPPORTED),
            new Stranger("edm_vpred.", "a model of CosXL's kind", SUPPORTED));

    private Recognition() {}

    /** The text encoders of a family, and where a file has them. */
    enum Texts {
        /** CLIP, in transformers' names. */
        CLIP("cond_stage_model.transformer"),
        /** OpenCLIP. */
        OPEN_CLIP("cond_stage_model.model"),
        /** OpenCLIP, as the later code names it. */
        OPEN_CLIP_LATER("conditioner.embedders.0.model"),
        /** CLIP and OpenCLIP. */
        BOTH("conditioner.embedders.1.model");

        private final String root;

        Texts(String root) {
            this.root = root;
        }

        String root() {
            return root;
        }
    }

    /** A file's family and text encoders. */
    record Found(Family family, Texts texts) {}

    /**
     * Recognises a file.
     *
     * @throws FormatException if it is of no supported family, saying what it looks like and what is supported
     */
    static Found of(TensorFile file) throws FormatException {
        refuse(file, STRANGERS);
        NameTree names = NameTree.of(file);
        if (!names.has(UNET + ".input_blocks")) {
            refuse(file, CHANGES);
            throw refuse(file, withoutUNet(names, file.names()));
        }
        Texts texts = texts(file, names);
        boolean told = names.has(UNET + ".label_emb");
        if (texts == Texts.OPEN_CLIP_LATER && told) {
            throw refuse(file, "looks like the refiner of Stable Diffusion XL");
        }
        if (texts != Texts.BOTH && told) {
            throw refuse(file, "has a U-Net that is told more than texts (label_emb), as of unCLIP or an upscaler");
        }
        if (texts == Texts.BOTH && !told) {
            throw NameTree.missing(file, UNET + ".label_emb.0.0.weight");
        }
        if (!names.has(VAE + ".decoder")) {
            throw refuse(file, "has no VAE (no " + VAE + ".decoder)");
        }
        int channels = names.at(UNET).shape("input_blocks.0.0.weight", 4)[1];
        return new Found(family(file, texts, channels), texts);
    }

    private static Texts texts(TensorFile file, NameTree names) throws FormatException {
        for (Texts texts : List.of(Texts.BOTH, Texts.OPEN_CLIP_LATER, Texts.OPEN_CLIP, Texts.CLIP)) {
            if (names.has(texts.root())) {
                return texts;
            }
        }
        throw refuse(file, "has a U-Net but no text encoder (no cond_stage_model and no conditioner)");
    }

    private static Family family(TensorFile file, Texts texts, int channels) throws FormatException {
        boolean inpaints = channels == 9;
        if (channels != 4 && !inpaints) {
            String kind = switch (channels) {
                case 5 -> " (as of depth-to-image)";
                case 7 -> " (as of an upscaler)";
                case 8 -> " (as of InstructPix2Pix)";
                default -> "";
            };
            throw refuse(file, "has a U-Net of " + channels + " input channels" + kind + ", not 4 or 9");
        }
        return switch (texts) {
            case CLIP -> inpaints ? Family.SD1_INPAINT : Family.SD1;
            case OPEN_CLIP, OPEN_CLIP_LATER -> inpaints ? Family.SD2_INPAINT : Family.SD2;
            case BOTH -> inpaints ? Family.SDXL_INPAINT : Family.SDXL;
        };
    }

    private static String withoutUNet(NameTree names, Set<String> all) {
        if (names.has("down_blocks") && names.has("conv_in") && names.has("time_embedding")) {
            return "looks like a U-Net alone in diffusers' names, so name the folder with its model_index.json";
        }
        if (names.has("input_blocks") || names.has("diffusion_model.input_blocks")) {
            return "looks like a U-Net alone";
        }
        if (names.has("decoder.conv_in") || names.has("decoder.layers") || names.has(VAE)) {
            return "looks like a VAE alone";
        }
        if (names.has("text_model") || names.has("transformer.resblocks") || names.has("cond_stage_model")) {
            return "looks like a text encoder alone";
        }
        if (names.has("encoder.block") && names.has("shared")) {
            return "looks like a T5 text encoder alone";
        }
        return "is no model known here, beginning with "
                + all.stream()
                        .sorted(Comparator.naturalOrder())
                        .limit(3)
                        .collect(Collectors.joining(", ", all.isEmpty() ? "no tensor" : "the tensors ", ""));
    }

    private static void refuse(TensorFile file, List<Stranger> strangers) throws FormatException {
        for (Stranger stranger : strangers) {
            if (file.names().stream().anyMatch(name -> name.contains(stranger.part))) {
                throw new FormatException(file.path() + " looks like " + stranger.label + "; " + stranger.remedy);
            }
        }
    }

    private static FormatException refuse(TensorFile file, String found) {
        return new FormatException(file.path() + " " + found + "; " + SUPPORTED);
    }
}
