"""A dashboard's variables: what they are, their options, the values a page asks for, and where those are shown."""
