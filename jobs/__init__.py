"""What happens by itself, and what an engineer asks for by hand."""
