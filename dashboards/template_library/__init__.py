"""Templates: panels and whole dashboards that are made ready, to be made a tenant's own with its source and its names."""
