"""What a need's words say: its language, its type, its place, and whom they name."""
