"""What people keep in files: agreements, mappings and ticket exports, read into the engine's values."""
