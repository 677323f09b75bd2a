"""What happened when: marks on the time axis of a dashboard's charts, typed in or asked for by a query."""
