"""CPSV-AP 3.2 (semiceu.github.io/CPSV-AP): the menu as linked data, out and in, without loss."""
