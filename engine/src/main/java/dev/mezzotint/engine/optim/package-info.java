/** Optimisers, averages and schedules over the parameters of a model. May import {@code nn} and everything below. */
package dev.mezzotint.engine.optim;
