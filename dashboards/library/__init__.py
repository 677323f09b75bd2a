"""What a tenant has of dashboards and panels, kept in order: their versions, who sees them, where they are used, copies."""
