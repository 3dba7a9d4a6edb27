package dev.mezzotint.diffusion.evaluation;

import java.util.List;

/**
 * How many pictures of a set are right, by {@link Verdict}'s criterion.
 *
 * @param pictures how many there are
 * @param objects of how many all objects are right
 * @param asked of how many the objects are right and something is asked of their place
 * @param placed of how many of those the place is right too
 * @param right of how many everything is right
 */
public record Score(int pictures, int objects, int asked, int placed, int right) {
    /** Counts. */
    static Score of(List<Verdict> verdicts) {
        return new Score(
                verdicts.size(),
                (int) verdicts.stream().filter(Verdict::objects).count(),
                (int) verdicts.stream()
                        .filter(v -> v.objects() && v.placeAsked())
                        .count(),
                (int) verdicts.stream()
                        .filter(v -> v.objects() && v.placeAsked() && v.place())
                        .count(),
                (int) verdicts.stream().filter(Verdict::right).count());
    }

    /** Share of pictures in which everything is right; NaN of none. */
    public double adherence() {
        return (double) right / pictures;
    }

    /** Share of pictures whose objects are right in number, shape and colour; NaN of none. */
    public double objectShare() {
        return (double) objects / pictures;
    }

    /** Share in the right place of those with the right objects and a place asked for; NaN of none. */
    public double placeShare() {
        return (double) placed / asked;
    }
}
