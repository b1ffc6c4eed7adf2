-- A customer that TM Forum's API has made may have no address, and has properties that only that API knows.
ALTER TABLE customer ALTER email DROP NOT NULL;
ALTER TABLE customer ADD tm_forum jsonb;

-- The customers with what TM Forum's API filters by: no row is written again. Who adds a column to customers makes it anew.
CREATE VIEW customer_tm_forum AS
SELECT
  customer.*,
  coalesce(tm_forum ->> 'status', status) AS shown_status,
  tm_forum ->> 'statusReason' AS status_reason,
  coalesce(tm_forum ->> '@type', 'Customer') AS shown_type,
  tm_forum ->> '@baseType' AS base_type,
  tm_forum ->> '@schemaLocation' AS schema_location,
  coalesce(tm_forum #>> '{engagedParty,id}', id::text) AS party_id,
  CASE WHEN tm_forum ? 'engagedParty' THEN tm_forum #>> '{engagedParty,name}' ELSE name END AS party_name,
  tm_forum #>> '{engagedParty,role}' AS party_role,
  coalesce(tm_forum #>> '{engagedParty,@referredType}', 'Individual') AS party_type
FROM customer;
