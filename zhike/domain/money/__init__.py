"""Money between us and customers: an append-only ledger, payment plans, receipts, refunds, invoices, dunning, credit."""
