import { trace } from '@opentelemetry/api';
import { type Logger, pino } from 'pino';

/** JSON lines on standard output, with the trace that they belong to. */
export const createLog = (level: string): Logger =>
  pino({
    level,
    base: null,
    formatters: { level: (label) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: () => {
      const span = trace.getActiveSpan()?.spanContext();
      return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
    },
  });
