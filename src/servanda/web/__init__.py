"""Pages: each view finds, asks and shows; no rule lives here."""
