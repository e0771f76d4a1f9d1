"""What else the tables say about an incident: the evidence that every explanation is weighed with."""
