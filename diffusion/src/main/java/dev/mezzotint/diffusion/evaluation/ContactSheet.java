package dev.mezzotint.diffusion.evaluation;

import dev.mezzotint.engine.image.Image;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/**
 * Pictures side by side: a row a prompt, a column a guidance scale, all of a row from the same noise.
 *
 * @param prompts head the rows
 * @param guidance head the columns
 * @param columns for each scale the pictures of all prompts
 */
public record ContactSheet(List<String> prompts, List<Double> guidance, List<List<Image>> columns) {
    private static final int CELL = 128;
    private static final int GAP = 4;
    private static final int TOP = 28;
    private static final int LEFT = 190;

    /** Refuses columns that don't fit the heads. */
    public ContactSheet {
        prompts = List.copyOf(prompts);
        guidance = List.copyOf(guidance);
        columns = List.copyOf(columns);
        int rows = prompts.size();
        if (columns.size() != guidance.size() || columns.stream().anyMatch(column -> column.size() != rows)) {
            throw new IllegalArgumentException("contact sheet: " + rows + " prompts and " + guidance.size()
                    + " scales need a column a scale with a picture a prompt");
        }
    }

    /**
     * Draws it.
     *
     * @throws IllegalArgumentException if it has no pictures
     */
    public Image draw() {
        if (prompts.isEmpty()) {
            throw new IllegalArgumentException("contact sheet: there are no pictures on it; ask for some prompts");
        }
        int width = LEFT + guidance.size() * (CELL + GAP);
        int height = TOP + prompts.size() * (CELL + GAP);
        BufferedImage canvas = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = canvas.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, width, height);
        g.setColor(Color.DARK_GRAY);
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
        for (int c = 0; c < guidance.size(); c++) {
            g.drawString("guidance " + EvaluationReport.number(guidance.get(c)), LEFT + c * (CELL + GAP) + 4, 19);
        }
        for (int r = 0; r < prompts.size(); r++) {
            int y = TOP + r * (CELL + GAP);
            List<String> lines = lines(prompts.get(r), g.getFontMetrics());
            for (int i = 0; i < lines.size(); i++) {
                g.drawString(lines.get(i), 8, y + 20 + 18 * i);
            }
            for (int c = 0; c < guidance.size(); c++) {
                place(columns.get(c).get(r).rgb().resize(CELL, CELL), canvas, LEFT + c * (CELL + GAP), y);
            }
        }
        g.dispose();
        return Image.ofArgb(width, height, canvas.getRGB(0, 0, width, height, null, 0, width))
                .rgb();
    }

    /** The words of a prompt in lines that fit beside the pictures. */
    private static List<String> lines(String prompt, FontMetrics metrics) {
        List<String> lines = new ArrayList<>();
        String line = "";
        for (String word : prompt.split(" ")) {
            String longer = line.isEmpty() ? word : line + " " + word;
            if (!line.isEmpty() && metrics.stringWidth(longer) > LEFT - 16) {
                lines.add(line);
                longer = word;
            }
            line = longer;
        }
        lines.add(line);
        return lines;
    }

    private static void place(Image image, BufferedImage canvas, int left, int top) {
        byte[] data = image.data();
        for (int i = 0; i < CELL * CELL; i++) {
            int rgb = (data[3 * i] & 0xff) << 16 | (data[3 * i + 1] & 0xff) << 8 | data[3 * i + 2] & 0xff;
            canvas.setRGB(left + i % CELL, top + i / CELL, rgb);
        }
    }
}
