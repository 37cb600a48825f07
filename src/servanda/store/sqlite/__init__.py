"""Django's own SQLite, but for how a writer waits its turn; settings name this package as the engine of a database."""
