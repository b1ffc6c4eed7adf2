import type { ClientBase, QueryResult } from 'pg';
import type { TObject } from 'typebox';

/** Whatever SQL can be sent to: a pool, or the connection of a transaction. */
export interface Queryable {
  query(text: string, values?: unknown[]): Promise<QueryResult>;
}

/** One kind of thing: stored in one table, shown as one schema, whose properties are the table's columns. */
export interface Resource<Row> {
  readonly table: string;
  readonly schema: TObject;
  /** No value: what `schema` says, as a type. */
  readonly row?: Row;
}

export interface Range {
  readonly offset: number;
  readonly limit: number;
}

export interface Rows<T> {
  readonly rows: T[];
  /** Of all rows, not only of these. */
  readonly total: number;
}

const column = (property: string) => property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const columns = ({ schema }: Resource<unknown>) =>
  Object.keys(schema.properties)
    .map((property) => `${column(property)} AS "${property}"`)
    .join(', ');

export async function byId<Row>(db: Queryable, resource: Resource<Row>, id: string) {
  const { rows } = await db.query(`SELECT ${columns(resource)} FROM ${resource.table} WHERE id = $1`, [id]);
  return rows[0] as Row | undefined;
}

/** The row, which nobody else changes until the transaction ends. */
export async function lock<Row>(db: ClientBase, resource: Resource<Row>, id: string) {
  const { rows } = await db.query(`SELECT ${columns(resource)} FROM ${resource.table} WHERE id = $1 FOR UPDATE`, [id]);
  return rows[0] as Row | undefined;
}

/** Rows whose properties equal those of `where`, oldest first. */
export async function page<Row>(
  db: Queryable,
  resource: Resource<Row>,
  { offset, limit }: Range,
  where: Readonly<Record<string, string>>,
): Promise<Rows<Row>> {
  const conditions = Object.keys(where).map((property, index) => `${column(property)} = $${index + 1}`);
  const from = `FROM ${resource.table} ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}`;
  const values = Object.values(where);
  const count = await db.query(`SELECT count(*)::integer AS total ${from}`, values);
  const { rows } = await db.query(
    `SELECT ${columns(resource)} ${from} ORDER BY created_at, id LIMIT ${limit} OFFSET ${offset}`,
    values,
  );
  return { rows, total: count.rows[0].total };
}

/** Adds a row. @returns nothing if one that must be the only one exists */
export async function insert<Row>(
  db: Queryable,
  resource: Resource<Row>,
  row: Partial<Row> & { id: string },
): Promise<Row | undefined> {
  const names = Object.keys(row);
  const { rows } = await db.query(
    `INSERT INTO ${resource.table} (${names.map(column).join(', ')}) VALUES (${names.map((_, index) => `$${index + 1}`).join(', ')})
     ON CONFLICT DO NOTHING RETURNING ${columns(resource)}`,
    Object.values(row),
  );
  return rows[0];
}

/** Changes a row that exists, and counts its version. */
export async function update<Row>(
  db: Queryable,
  resource: Resource<Row>,
  id: string,
  changes: Partial<Row>,
): Promise<Row> {
  const assignments = Object.keys(changes).map((property, index) => `${column(property)} = $${index + 2}, `);
  const { rows } = await db.query(
    `UPDATE ${resource.table} SET ${assignments.join('')}version = version + 1, updated_at = now()
     WHERE id = $1 RETURNING ${columns(resource)}`,
    [id, ...Object.values(changes)],
  );
  return rows[0];
}
