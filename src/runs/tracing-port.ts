// What is told of one piece of work to whoever follows it through the service: names, ids of ours, states, counts and durations.
import { ExpungeError } from '../errors.ts';

export type SpanKind = 'internal' | 'server' | 'consumer';
/** Never what a client wrote: an identifier may stand in it. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanOptions {
  /** Default: internal. */
  kind?: SpanKind;
  attributes?: SpanAttributes;
  /** A `traceparent` (W3C Trace Context); null: a trace of its own; left out: whatever is going on. */
  parent?: string | null;
  /** `traceparent` of what it belongs to besides. */
  links?: readonly string[];
  /** Default: now. */
  startedAt?: Date;
}

export interface Span {
  set(attributes: SpanAttributes): void;
  /** By a code, never by the text of an error. */
  fail(code: string): void;
  /** Does `work` as a part of it. */
  within<T>(work: () => T): T;
  /** Only the first call counts. */
  end(): void;
}

export interface Tracing {
  /** False: nobody listens, and what is needed for spans alone need not be looked up. */
  readonly on: boolean;
  /** Whoever opens it ends it. */
  open(name: string, options?: SpanOptions): Span;
  /** The `traceparent` of what is going on; null where nobody follows it. */
  traceparent(): string | null;
  /** Ids of what is going on, for the log. */
  ids(): { trace_id: string; span_id: string } | null;
  /** Sends what has not been sent yet. Never rejects. */
  close(): Promise<void>;
}

/** A trace that requests of a run came in with. */
export interface AskedTrace {
  traceparent: string;
  /** Of the first of them. */
  received_at: string;
}
export interface TraceStore {
  /** Oldest first; each once, and 128 at most. */
  tracesOfRun(tenant: string, runId: string): Promise<AskedTrace[]>;
}

const NO_SPAN: Span = { set: () => undefined, fail: () => undefined, within: (work) => work(), end: () => undefined };

/** Nobody listens. */
export const NO_TRACING: Tracing = {
  on: false,
  open: () => NO_SPAN,
  traceparent: () => null,
  ids: () => null,
  close: async () => undefined,
};

const codeOf = (error: unknown): string =>
  error instanceof ExpungeError ? error.code : error instanceof Error ? error.name : typeof error;

/** A span over `work`; what it throws is told by its code. */
export async function traced<T>(
  tracing: Tracing | undefined,
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  if (!tracing?.on) return work(NO_SPAN);
  const span = tracing.open(name, options);
  try {
    return await span.within(() => work(span));
  } catch (error) {
    span.fail(codeOf(error));
    throw error;
  } finally {
    span.end();
  }
}
