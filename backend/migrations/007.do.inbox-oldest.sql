-- The oldest rows are looked for each minute. New rows take the places of old ones, after which a block range index finds nothing.
-- An attempt that was stopped has left an index that is not valid.
DROP INDEX CONCURRENTLY IF EXISTS inbox_oldest;
CREATE INDEX CONCURRENTLY inbox_oldest ON inbox (processed_at);
DROP INDEX CONCURRENTLY IF EXISTS inbox_processed_at;
