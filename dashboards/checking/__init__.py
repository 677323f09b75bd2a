"""Which panel works on which tenant's database, found out before somebody looks."""
