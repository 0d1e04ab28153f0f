"""What residents and the city say to each other about a need, on whatever medium."""
