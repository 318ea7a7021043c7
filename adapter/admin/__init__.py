"""The administrators' page and the metrics, on a port of their own: Swedish first, no script, every view on record."""
