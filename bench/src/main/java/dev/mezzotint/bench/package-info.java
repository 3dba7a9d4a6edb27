/** JMH benchmarks, named after what they measure. May import every module; nothing imports this one. */
package dev.mezzotint.bench;
