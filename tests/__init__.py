"""What must hold, and what must be refused."""
