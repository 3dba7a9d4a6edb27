/**
 * How well pictures show what their prompts say: a judge trained on a data set's own pictures, the criterion, variety,
 * and the table of both for several guidance scales. May import training, pipeline and what lies below them.
 */
package dev.mezzotint.diffusion.evaluation;
