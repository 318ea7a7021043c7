"""Many organisers in one installation: one database, one server, one queue; each with a config.toml of its own."""
