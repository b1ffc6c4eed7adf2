import type { Database } from '../charts/data/postgres/database';

/** The databases of the platform. Each has an owner for its migrations and a role for its applications. */
export const databases: readonly Database[] = [{ name: 'bss', holds: 'customers, orders, invoices, payments' }];
