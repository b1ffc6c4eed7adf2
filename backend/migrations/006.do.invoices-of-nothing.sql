-- Nobody can pay nothing: such invoices are paid when they are issued, and those of before never were. Without an event:
-- nobody waits for it, as no money came.
UPDATE invoice SET state = 'paid', version = version + 1, updated_at = now()
WHERE amount = 0 AND state IN ('issued', 'overdue');
