import type { TObject } from 'typebox';
import type { Queryable } from '../database/queryable.ts';
import type { Transaction } from '../database/transaction.ts';

/** One kind of thing: stored in one table, shown as one schema, whose properties are the table's columns. */
export interface Resource<Row> {
  readonly table: string;
  readonly schema: TObject;
  /** What a new row has that nothing is said of. @default - null */
  readonly initial: Partial<Row>;
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

interface Shape {
  readonly properties: readonly string[];
  /** As a SELECT has them. */
  readonly columns: string;
  /** As an INSERT has them. */
  readonly names: string;
}
const shapes = new WeakMap<TObject, Shape>();

function shapeOf(schema: TObject): Shape {
  const known = shapes.get(schema);
  if (known) return known;
  const properties = Object.keys(schema.properties);
  const shape = {
    properties,
    columns: properties.map((property) => `${column(property)} AS "${property}"`).join(', '),
    names: properties.map(column).join(', '),
  };
  shapes.set(schema, shape);
  return shape;
}

const columns = ({ schema }: { readonly schema: TObject }) => shapeOf(schema).columns;

export async function byId<Row>(db: Queryable, resource: Resource<Row>, id: string) {
  const { rows } = await db.query(`SELECT ${columns(resource)} FROM ${resource.table} WHERE id = $1`, [id]);
  return rows[0] as Row | undefined;
}

/**
 * The row, which nobody else changes until the transaction ends. Others may refer to it meanwhile, as a new order does to
 * its customer.
 */
export async function lock<Row>(db: Queryable, resource: Resource<Row>, id: string) {
  const { rows } = await db.query(
    `SELECT ${columns(resource)} FROM ${resource.table} WHERE id = $1 FOR NO KEY UPDATE`,
    [id],
  );
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
  const [count, { rows }] = await Promise.all([
    db.query(`SELECT count(*)::integer AS total ${from}`, values),
    db.query(
      `SELECT ${columns(resource)} ${from} ORDER BY created_at, id LIMIT $${values.length + 1} OFFSET $${values.length + 2}`,
      [...values, limit, offset],
    ),
  ]);
  return { rows, total: count.rows[0].total };
}

interface Kept {
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/**
 * Adds a row that there is none of yet.
 * @param checks for a column, SQL that is its value if that may be so, and else nothing; see `Work.expect`
 */
export function insert<Row extends Kept>(
  db: Transaction,
  resource: Resource<Row>,
  given: Partial<Row> & { id: string },
  checks: Checks = {},
): Row {
  const row = begun(resource, given);
  db.write(insertion(resource, checks), Object.values(row));
  return row;
}

/** By property, given the place of its value. */
type Checks = Readonly<Record<string, (place: string) => string>>;

/** Adds a row. @returns nothing if one that must be the only one exists */
export async function insertUnlessThere<Row extends Kept>(
  db: Queryable,
  resource: Resource<Row>,
  given: Partial<Row> & { id: string },
): Promise<Row | undefined> {
  const row = begun(resource, given);
  const { rowCount } = await db.query(`${insertion(resource)} ON CONFLICT DO NOTHING`, Object.values(row));
  return rowCount === 0 ? undefined : row;
}

/** The whole row as it will be, so that nobody has to wait for the database to say it. */
function begun<Row extends Kept>(resource: Resource<Row>, given: Partial<Row>): Row {
  const now = new Date().toISOString();
  const known: Record<string, unknown> = { ...resource.initial, version: 1, createdAt: now, updatedAt: now, ...given };
  const values = shapeOf(resource.schema).properties.map((property): [string, unknown] => [
    property,
    known[property] ?? null,
  ]);
  return Object.fromEntries(values) as unknown as Row;
}

function insertion(
  { table, schema }: { readonly table: string; readonly schema: TObject },
  checks: Checks = {},
): string {
  const { properties, names } = shapeOf(schema);
  const values = properties.map((property, index) => checks[property]?.(`$${index + 1}`) ?? `$${index + 1}`);
  return `INSERT INTO ${table} (${names}) VALUES (${values.join(', ')})`;
}

/** Changes a row that is locked, and counts its version. @param before as it was read under the lock */
export function update<Row extends Kept & { readonly id: string }>(
  db: Transaction,
  { table }: Resource<Row>,
  before: Row,
  changes: Partial<Row>,
): Row {
  const changed = { ...changes, version: before.version + 1, updatedAt: new Date().toISOString() };
  const assignments = Object.keys(changed).map((property, index) => `${column(property)} = $${index + 2}`);
  db.write(`UPDATE ${table} SET ${assignments.join(', ')} WHERE id = $1`, [before.id, ...Object.values(changed)]);
  return { ...before, ...changed };
}
