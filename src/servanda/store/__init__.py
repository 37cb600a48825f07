"""What is kept, in one Django app, with models by subject; it holds no meaning, which is the engine's."""
