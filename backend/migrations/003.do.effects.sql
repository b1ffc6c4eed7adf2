CREATE TABLE notification (
  id uuid PRIMARY KEY,
  customer_id uuid NOT NULL,
  kind text NOT NULL,
  recipient text NOT NULL,
  text text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX notification_customer ON notification (customer_id, created_at);

CREATE TABLE analytics_daily (
  day date NOT NULL,
  type text NOT NULL,
  currency text NOT NULL,
  events bigint NOT NULL,
  amount bigint NOT NULL,
  PRIMARY KEY (day, type, currency)
);

CREATE TABLE audit (
  id uuid PRIMARY KEY,
  event_id text NOT NULL,
  source text NOT NULL,
  type text NOT NULL,
  subject text NOT NULL,
  actor text NOT NULL,
  time timestamptz NOT NULL
);
CREATE INDEX audit_subject ON audit (subject, time);
