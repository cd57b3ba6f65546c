// Spans by OpenTelemetry, sent as OTLP over HTTP in the background. No provider or context manager is registered globally: what
// libraries of ours would tell by themselves is not what may be told.
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  type DiagLogger,
  DiagLogLevel,
  diag,
  type Link,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Config } from '../config.ts';
import type { Span, SpanOptions, Tracing } from '../runs/tracing-port.ts';
import { readTraceparent, writeTraceparent } from './traceparent.ts';

type TracingConfig = NonNullable<Config['tracing']>;

const KINDS = { internal: SpanKind.INTERNAL, server: SpanKind.SERVER, consumer: SpanKind.CONSUMER };

/** Batches go within this time. */
const SEND_EVERY_MS = 2000;
/** For what has not been sent when a process ends. */
const LAST_SPANS_MS = 2000;
/** The same trouble is told once in this time. */
const TOLD_FOR_MS = 60_000;

function samplerOf({ sampler, ratio }: TracingConfig): Sampler {
  const roots: Record<string, () => Sampler> = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(ratio),
  };
  const root = roots[sampler.replace('parentbased_', '')]!();
  return sampler.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}

/** What the library has to say of itself: that spans cannot be sent, above all. */
function tellTrouble(onTrouble: (text: string) => void): void {
  let last = { text: '', at: Number.NEGATIVE_INFINITY };
  const tell = (text: string) => {
    const at = performance.now();
    if (text === last.text && at - last.at < TOLD_FOR_MS) return;
    last = { text, at };
    onTrouble(text);
  };
  const silent = () => undefined;
  const logger: DiagLogger = { error: tell, warn: tell, info: silent, debug: silent, verbose: silent };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

function contextOf(parent: string | null): Context {
  const known = parent === null ? null : readTraceparent(parent);
  return known === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...known, isRemote: true });
}

const linksOf = (links: readonly string[]): Link[] =>
  links.flatMap((link) => {
    const known = readTraceparent(link);
    return known === null ? [] : [{ context: { ...known, isRemote: true } }];
  });

function spanOf(span: OtelSpan, context: Context, active: AsyncLocalStorage<Context>): Span {
  const inside = trace.setSpan(context, span);
  let open = true;
  return {
    set: (attributes) => void span.setAttributes({ ...attributes }),
    fail(code) {
      span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', code);
    },
    within: (work) => active.run(inside, work),
    end() {
      if (open) span.end();
      open = false;
    },
  };
}

/** Begins to send; ends with `close`. */
export function createTracing(
  config: TracingConfig,
  service: { name: string; version: string; onTrouble?: (text: string) => void },
): Tracing {
  if (service.onTrouble) tellTrouble(service.onTrouble);
  const own = { 'service.name': config.serviceName ?? service.name, 'service.version': service.version };
  const resource = defaultResource()
    .merge(resourceFromAttributes(own))
    .merge(detectResources({ detectors: [envDetector] }));
  const Exporter = config.protocol === 'http/json' ? JsonExporter : ProtobufExporter;
  const exporter = new Exporter({ url: config.url });
  const processor = new BatchSpanProcessor({ exporter, scheduledDelayMillis: SEND_EVERY_MS });
  const provider = new TracerProvider({ resource, sampler: samplerOf(config), spanProcessors: [processor] });
  const tracer = provider.getTracer('expunge', service.version);
  const active = new AsyncLocalStorage<Context>();
  const now = () => {
    const context = active.getStore();
    return context === undefined ? undefined : trace.getSpanContext(context);
  };
  return {
    on: true,
    open(name, { kind = 'internal', attributes = {}, parent, links = [], startedAt }: SpanOptions = {}) {
      const context = parent === undefined ? (active.getStore() ?? ROOT_CONTEXT) : contextOf(parent);
      const options = { kind: KINDS[kind], attributes: { ...attributes }, links: linksOf(links) };
      const span = tracer.startSpan(name, startedAt ? { ...options, startTime: startedAt } : options, context);
      return spanOf(span, context, active);
    },
    traceparent() {
      const context = now();
      return context === undefined ? null : writeTraceparent(context);
    },
    ids() {
      const context = now();
      return context === undefined ? null : { trace_id: context.traceId, span_id: context.spanId };
    },
    async close() {
      const late = new Promise<void>((resolve) => void setTimeout(resolve, LAST_SPANS_MS).unref());
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
    },
  };
}
