package dev.mezzotint.clip.tokenizer;

import java.text.Normalizer;
import java.util.Locale;

/** What happens to a text before it is cut into words. The two references differ, and so do their tokens. */
public enum TextCleanup {
    /**
     * As the transformers library does, which Stable Diffusion programs use: canonical composition (NFC), white space
     * collapsed, lower case letter by letter (a final sigma stays σ). HTML entities and ligatures stay what they are.
     */
    TRANSFORMERS {
        @Override
        public String clean(String text) {
            if (isAscii(text)) {
                return collapseSpace(text).toLowerCase(Locale.ROOT);
            }
            String composed = Normalizer.normalize(TextRepair.replaceLoneSurrogates(text), Normalizer.Form.NFC);
            return lowerLetters(collapseSpace(composed));
        }
    },

    /**
     * As OpenAI's own tokenizer does: text repair (see {@link TextRepair} for what is covered), HTML entities twice,
     * white space collapsed and stripped, lower case.
     */
    OPENAI {
        @Override
        public String clean(String text) {
            String plain = HtmlEntities.unescape(HtmlEntities.unescape(TextRepair.repair(text)));
            return collapseSpace(TextRepair.replaceLoneSurrogates(plain))
                    .strip()
                    .toLowerCase(Locale.ROOT);
        }
    };

    /**
     * The text as the words are cut from it.
     *
     * @param text any text
     */
    public abstract String clean(String text);

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    private static String collapseSpace(String text) {
        StringBuilder out = new StringBuilder(text.length());
        boolean inSpace = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean space = WordSplitter.isSpace(c);
            if (!space) {
                out.append(c);
            } else if (!inSpace) {
                out.append(' ');
            }
            inSpace = space;
        }
        return out.toString();
    }

    private static String lowerLetters(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (c == 'İ') {
                out.append("i\u0307"); // the one letter whose lower case is two characters
            } else {
                out.appendCodePoint(Character.toLowerCase(c));
            }
        });
        return out.toString();
    }
}
