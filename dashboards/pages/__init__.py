"""The pages of the library: what there is, what becomes of it, and what is about it."""
