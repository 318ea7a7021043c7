"""More change than a night may bring is held until a person has looked: limits, what they look at, plans."""
