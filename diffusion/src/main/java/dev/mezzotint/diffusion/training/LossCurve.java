package dev.mezzotint.diffusion.training;

import dev.mezzotint.engine.image.Image;
import dev.mezzotint.engine.image.Png;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Draws the loss of a training over its examples, on a logarithmic scale. */
final class LossCurve {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 500;
    private static final int LEFT = 80;
    private static final int RIGHT = 30;
    private static final int TOP = 50;
    private static final int BOTTOM = 60;

    private LossCurve() {}

    /** Reads the log and writes the picture; a log of fewer than two rows makes none. */
    static void draw(Path csv, Path png, String title) throws IOException {
        List<double[]> points = Files.readAllLines(csv).stream()
                .skip(1)
                .map(row -> row.split(","))
                .map(cells -> new double[] {Double.parseDouble(cells[1]), Double.parseDouble(cells[2])})
                .filter(point -> point[1] > 0)
                .toList();
        if (points.size() < 2) {
            return;
        }
        double low = points.stream().mapToDouble(point -> point[1]).min().orElseThrow();
        double high = points.stream().mapToDouble(point -> point[1]).max().orElseThrow();
        Axes axes = new Axes(points.getLast()[0], Math.log10(low) - 0.02, Math.log10(high) + 0.02);
        BufferedImage canvas = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = canvas.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, WIDTH, HEIGHT);
        axes.draw(g, title);
        drawLine(g, axes, points, new Color(0xc9d8ea), 1, 1);
        drawLine(g, axes, points, new Color(0x1f4e8c), 2.2f, Math.max(1, points.size() / 60));
        g.dispose();
        int[] pixels = canvas.getRGB(0, 0, WIDTH, HEIGHT, null, 0, WIDTH);
        Png.write(png, Image.ofArgb(WIDTH, HEIGHT, pixels).rgb(), Map.of("Title", "loss of " + title));
    }

    private static void drawLine(Graphics2D g, Axes axes, List<double[]> points, Color color, float width, int window) {
        Path2D line = new Path2D.Double();
        double mean = points.getFirst()[1];
        for (int i = 0; i < points.size(); i++) {
            mean += (points.get(i)[1] - mean) / Math.min(i + 1, window);
            if (i == 0) {
                line.moveTo(axes.x(points.get(i)[0]), axes.y(mean));
            } else {
                line.lineTo(axes.x(points.get(i)[0]), axes.y(mean));
            }
        }
        g.setColor(color);
        g.setStroke(new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        g.draw(line);
    }

    private record Axes(double lastExample, double lowLog, double highLog) {
        double x(double example) {
            return LEFT + (WIDTH - LEFT - RIGHT) * example / lastExample;
        }

        double y(double loss) {
            return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (Math.log10(loss) - lowLog) / (highLog - lowLog);
        }

        void draw(Graphics2D g, String title) {
            g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
            for (int i = 0; i <= 5; i++) {
                double loss = Math.pow(10, lowLog + (highLog - lowLog) * i / 5);
                int y = (int) Math.round(y(loss));
                g.setColor(new Color(0xe6e6e6));
                g.drawLine(LEFT, y, WIDTH - RIGHT, y);
                g.setColor(Color.DARK_GRAY);
                g.drawString(String.format(Locale.ROOT, "%.4g", loss), 12, y + 5);
                double example = lastExample * i / 5;
                int x = (int) Math.round(x(example));
                g.drawString(String.format(Locale.ROOT, "%.0f", example), Math.min(x - 15, WIDTH - 75), HEIGHT - 35);
            }
            g.drawString("examples", (LEFT + WIDTH - RIGHT) / 2 - 30, HEIGHT - 12);
            g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 18));
            g.drawString("loss of " + title, LEFT, 30);
        }
    }
}
