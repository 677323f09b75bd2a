"""A panel tried on many tenants before anybody looks at it there: run, on each as its viewers would have it."""
