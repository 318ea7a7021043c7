"""How an installation stands, and what is to be done now: what `status`, the page and the metrics tell."""
