"""Deliveries: what became of each mail, as the answering mail servers told SES."""
