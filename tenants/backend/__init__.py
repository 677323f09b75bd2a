"""A Django database backend whose connections come from the pool and go back to it."""
