"""What is done with one order: the same pieces for officials, at the desk, and for members of its provider."""
