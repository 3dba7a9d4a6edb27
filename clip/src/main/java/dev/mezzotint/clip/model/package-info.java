/**
 * CLIP (Radford et al. 2021): the text encoder that conditions the U-Net, the image encoder that it is trained with, and
 * their configurations as transformers writes them. May import {@code engine}.
 */
package dev.mezzotint.clip.model;
