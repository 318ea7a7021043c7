"""What every code means and what to do about it, in English and in Swedish; and messages in Swedish."""
