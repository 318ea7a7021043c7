"""What a school can act on: a run's findings, a row each, by school unit, as CSV, Excel and HTML."""
