import { context, propagation, type Span, type SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

const tracer = trace.getTracer('bss-backend');

/** Follows W3C trace context from now on, and exports spans if there is somebody to send them to. @returns what ends that */
export function startTracing(otlpEndpoint: string | undefined): () => Promise<void> {
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'bss-backend' }),
    ...(otlpEndpoint && {
      spanProcessors: [
        new BatchSpanProcessor(new OTLPTraceExporter({ url: `${otlpEndpoint.replace(/\/$/, '')}/v1/traces` })),
      ],
    }),
  });
  provider.register();
  return () => provider.shutdown();
}

/** The trace context of what is being done now, as a header has it. */
export function currentTraceparent(): string | undefined {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}

/** Runs `work` as a span below `traceparent`. It ends with what `work` returns. */
export function traced<T>(
  {
    name,
    kind,
    traceparent,
    attributes,
  }: {
    name: string;
    kind: SpanKind;
    traceparent: string | undefined;
    attributes?: Record<string, string>;
  },
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const parent = propagation.extract(context.active(), { traceparent });
  return tracer.startActiveSpan(name, { kind, ...(attributes && { attributes }) }, parent, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.recordException(error as Error);
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}
