"""What a person prefers, on whatever browser: theme, time zone, where to begin, how often to refresh."""
