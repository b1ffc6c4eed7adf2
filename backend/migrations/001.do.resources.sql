CREATE TABLE customer (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  email text NOT NULL,
  phone text,
  status text NOT NULL DEFAULT 'active',
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX customer_page ON customer (created_at, id);

CREATE TABLE product_order (
  id uuid PRIMARY KEY,
  customer_id uuid NOT NULL REFERENCES customer,
  product text NOT NULL,
  amount integer NOT NULL CHECK (amount >= 0),
  currency text NOT NULL,
  state text NOT NULL DEFAULT 'acknowledged',
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX product_order_page ON product_order (created_at, id);
CREATE INDEX product_order_customer ON product_order (customer_id, created_at, id);

-- What an order has put into service at the customer's.
CREATE TABLE service (
  order_id uuid PRIMARY KEY REFERENCES product_order,
  customer_id uuid NOT NULL REFERENCES customer,
  product text NOT NULL,
  amount integer NOT NULL,
  currency text NOT NULL,
  state text NOT NULL
);
CREATE INDEX service_active ON service (order_id) WHERE state = 'active';

CREATE TABLE invoice (
  id uuid PRIMARY KEY,
  customer_id uuid NOT NULL REFERENCES customer,
  order_id uuid REFERENCES product_order,
  -- The month that a billing cycle charged; null for what an order costs once, and for invoices by hand.
  period text,
  amount integer NOT NULL CHECK (amount >= 0),
  currency text NOT NULL,
  state text NOT NULL DEFAULT 'issued',
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
-- One invoice for an order, and one for each month of its service.
CREATE UNIQUE INDEX invoice_once ON invoice (order_id, coalesce(period, '')) WHERE order_id IS NOT NULL;
CREATE INDEX invoice_page ON invoice (created_at, id);
CREATE INDEX invoice_customer ON invoice (customer_id, created_at, id);

CREATE TABLE payment (
  id uuid PRIMARY KEY,
  customer_id uuid NOT NULL REFERENCES customer,
  invoice_id uuid NOT NULL REFERENCES invoice,
  amount integer NOT NULL CHECK (amount > 0),
  currency text NOT NULL,
  method text NOT NULL,
  state text NOT NULL DEFAULT 'pending',
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX payment_page ON payment (created_at, id);
CREATE INDEX payment_customer ON payment (customer_id, created_at, id);
CREATE INDEX payment_invoice ON payment (invoice_id);

CREATE TABLE billing_cycle (
  id uuid PRIMARY KEY,
  period text NOT NULL UNIQUE,
  state text NOT NULL DEFAULT 'started',
  invoices integer NOT NULL DEFAULT 0,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
