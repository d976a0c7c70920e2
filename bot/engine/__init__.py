"""What time and debts make happen: the duties, and the scheduler that wakes them."""
