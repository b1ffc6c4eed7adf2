import { trace } from '@opentelemetry/api';
import type { PoolOptions } from 'pg';
import { destination, type Logger, pino } from 'pino';
import { causeOf, isLogin } from './database/transient.ts';

/** JSON lines on standard output, or on another descriptor, with the trace that they belong to. */
export const createLog = (level: string, descriptor = 1): Logger =>
  pino(
    {
      level,
      base: null,
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: () => {
        const span = trace.getActiveSpan()?.spanContext();
        return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
      },
    },
    destination({ dest: descriptor, sync: true }),
  );

type Place = Pick<PoolOptions, 'user' | 'database' | 'host' | 'port'>;

const AGAIN = 30_000;
const LONGEST_REASON = 200;

/** Tells of a failure that comes again and again: when it is new, when it says something else, and every half minute. */
export class FailureLog {
  private told = '';
  private at = 0;
  private untold = 0;

  constructor(
    private readonly log: Logger,
    /** The database that is asked; as it stands in the options of a pool. */
    private readonly place: Place,
  ) {}

  /** Of a database that cannot be asked one short line is enough: the stack would be the driver's. */
  tell(error: unknown, message: string, more: object = {}): void {
    const reason = causeOf(error) === 'refused' ? undefined : describeFailure(error, this.place);
    const now = `${message}: ${reason ?? (error as Error).message}`;
    if (now === this.told && Date.now() - this.at < AGAIN) {
      this.untold += 1;
      return;
    }
    const { untold } = this;
    Object.assign(this, { told: now, at: Date.now(), untold: 0 });
    this.log.warn({ ...more, ...(reason ? { reason } : { err: error }), ...(untold > 0 && { untold }) }, message);
  }

  /** It works again: the next failure is a new one. */
  forget(): void {
    this.told = '';
  }
}

/** In one line: whom the database has refused or failed, where it is, and what to look at. */
export function describeFailure(error: unknown, { user, database, host, port }: Place): string {
  const { message, code } = error as { message?: string; code?: string };
  const said = (message || code || `${error}`).replaceAll(/\s+/g, ' ').slice(0, LONGEST_REASON);
  const login = isLogin(error)
    ? ': look whether DATABASE_PASSWORD (or the first line of its file) is the password of this role, and the role may use this database'
    : '';
  return `role ${user}, database ${database} at ${host}:${port}: ${said}${login}`;
}
