import pg from 'pg';

/** What the driver calls of a query. It has no types of these. */
interface Part {
  readonly name: string;
  readonly text: string;
  submit(connection: Connection): Error | null;
  handleRowDescription(message: unknown): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: Connection): void;
  handleReadyForQuery(connection: Connection): void;
  handleError(error: Error, connection: Connection): void;
}

type Connection = pg.Connection & { readonly submittedNamedStatements: Record<string, string> };

/** Statements by their text. */
const names = new Map<string, string>();
/** Clients combine filters, and each combination is a text: what comes after so many is parsed anew each time. */
const MOST = 500;

/** A statement that PostgreSQL parses and plans once for each connection. */
export function prepared(text: string, values: unknown[] = []) {
  let name = names.get(text);
  if (name === undefined && names.size < MOST) {
    name = `bss_${names.size + 1}`;
    names.set(text, name);
  }
  return { ...(name && { name }), text, values };
}

/**
 * Statements that are sent together and answered together. After one that fails PostgreSQL skips the others.
 * The driver's own pipelining asks for an answer to each, and an answer wakes a process, which costs more than most statements.
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
export class Batch implements pg.Submittable {
  private readonly parts: Part[] = [];
  /** The driver puts its timer of `query_timeout` around it. */
  callback: (error?: Error) => void = () => {};
  /** Its connection is not to be used again. */
  isBroken = false;
  private failure: Error | undefined;

  /** @returns the result, once it is sent and answered */
  add(text: string, values?: unknown[]): Promise<pg.QueryResult> {
    return new Promise((resolve, reject) => {
      // Extended, also where it has neither a name nor values: PostgreSQL gives an answer of its own to each simple query.
      const config = { ...prepared(text, values), queryMode: 'extended' };
      const query = new pg.Query(config, (error, result) => {
        this.failure ??= error;
        if (error) reject(error);
        else resolve(result as unknown as pg.QueryResult);
      });
      this.parts.push(query as unknown as Part);
    });
  }

  get size(): number {
    return this.parts.length;
  }

  /** Resolves when all are answered, also when one has failed. */
  sendOn(client: pg.PoolClient): Promise<void> {
    return new Promise((resolve) => {
      this.callback = () => resolve();
      client.query(this);
    });
  }

  submit(connection: pg.Connection): void {
    const withoutSync: Connection = Object.create(connection, { sync: { value() {} } });
    connection.stream.cork();
    for (const part of this.parts) {
      const error = part.submit(withoutSync) ?? this.failure;
      // A value that is none: without its statement the others must not be carried out.
      if (!error) continue;
      this.handleError(error, withoutSync);
      return;
    }
    connection.sync();
    connection.stream.uncork();
  }

  /** Of the statement that is being answered: the driver notes which ones a connection has prepared. */
  get name(): string | undefined {
    return this.parts[0]?.name;
  }

  get text(): string | undefined {
    return this.parts[0]?.text;
  }

  handleRowDescription(message: unknown): void {
    this.parts[0]?.handleRowDescription(message);
  }

  handleDataRow(message: unknown): void {
    this.parts[0]?.handleDataRow(message);
  }

  handleCommandComplete(message: unknown, connection: Connection): void {
    const part = this.parts.shift();
    part?.handleCommandComplete(message, connection);
    part?.handleReadyForQuery(connection);
  }

  handleReadyForQuery(connection: Connection): void {
    if (this.parts.length > 0) this.handleError(new Error('PostgreSQL has left statements unanswered.'), connection);
    else this.callback();
  }

  handleError(error: Error, connection: Connection): void {
    const parts = this.parts.splice(0);
    // A statement that was to be prepared, and was skipped, PostgreSQL does not know; PgBouncer has noted its name when it
    // came by, and refuses that for ever. And where the error is not PostgreSQL's, nobody knows what will still be answered.
    const isUnclear = parts.some(({ name }) => name in connection.submittedNamedStatements);
    this.isBroken = isUnclear || !(error instanceof pg.DatabaseError);
    if (this.isBroken) connection.stream.destroy();
    for (const part of parts) part.handleError(error, connection);
    this.callback(error);
  }
}
