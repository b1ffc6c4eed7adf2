import { trace } from '@opentelemetry/api';
import { destination, type Logger, pino } from 'pino';

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
