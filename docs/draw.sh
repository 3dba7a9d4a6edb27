#!/usr/bin/env bash
# Draws the pictures of the README again, with the same commands. Kernels that round differently change single values by one level.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
draw() { ./mezzo "$2" --seed 1 -o "docs/pictures/$1.png"; }
draw sphere-cube "a red sphere to the left of a blue cube"
draw cone "a green cone"
draw torus "a yellow torus on the right"
draw cylinder-sphere "a purple cylinder in front of a white sphere"
draw cube-cone "an orange cube behind a cyan cone"
draw sand "a small white sphere to the right of a large red torus on the sand"
draw grass "a blue cylinder on the grass"
draw row "a red cube, a yellow sphere and a green cylinder in a row from left to right"
