-- As of the inbox.
DROP INDEX CONCURRENTLY IF EXISTS idempotency_oldest;
CREATE INDEX CONCURRENTLY idempotency_oldest ON idempotency (created_at);
DROP INDEX CONCURRENTLY IF EXISTS idempotency_created_at;
