-- The version of the order that a service's state is of: an older event of the order, which comes late, does not change it.
ALTER TABLE service ADD order_version integer NOT NULL DEFAULT 0;

-- Orders do not change any more once they are completed or cancelled. One that was only requested is of the first version.
UPDATE service
SET order_version = CASE service.state WHEN 'requested' THEN 1 ELSE product_order.version END
FROM product_order
WHERE product_order.id = service.order_id;
