"""What may be seen: every query takes who asks, and gives nothing that they may not have."""
