"""A panel's query as a text: written, tried out on the tenant, and saved. SQL now; other languages have their place in it."""
