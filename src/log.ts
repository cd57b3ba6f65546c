// Logs for machines, one JSON line an event: ids, states, counts; nothing that names a person.
import pino, { type DestinationStream, type Logger } from 'pino';
import { ExpungeError } from './errors.ts';

/** Fields that may hold personal data, at the top of a log object and one level below. */
const PRIVATE = [
  'body',
  'query',
  'identifiers',
  'subject',
  'subjects',
  'value',
  'prompt',
  'prompts',
  'answer',
  'answers',
  'authorization',
  'secret',
  'secret_hash',
  'token',
  'text',
  'cookie',
  'detail',
  'parameters',
];

/** Errors whose message is written by us or by the runtime, never from data. */
const speaksOfData = (error: Error): boolean =>
  !(
    error instanceof ExpungeError ||
    error instanceof TypeError ||
    error instanceof ReferenceError ||
    typeof (error as { syscall?: unknown }).syscall === 'string'
  );

const FRAME = /^\s+at /;

/**
 * An error as the log shows it. Messages of parsers and of Postgres quote what they were given, so those are
 * left out; the code, the constraint and the stack frames say where to look.
 */
export function describeError(error: unknown, depth = 0): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code, constraint, table } = error as { code?: unknown; constraint?: unknown; table?: unknown };
  const frames = error.stack?.split('\n').filter((line) => FRAME.test(line)) ?? [];
  return {
    type: error.name,
    ...(speaksOfData(error) ? {} : { message: error.message }),
    ...(code === undefined ? {} : { code }),
    ...(constraint === undefined ? {} : { constraint }),
    ...(table === undefined ? {} : { table }),
    stack: frames.join('\n'),
    ...(error.cause === undefined || depth > 3 ? {} : { cause: describeError(error.cause, depth + 1) }),
  };
}

/** Where a process is in its traces; null: nowhere. */
export type TraceIds = () => { trace_id: string; span_id: string } | null;

/** The logger of a process. `destination` defaults to standard output; `traceIds` go with every line. */
export function createLogger(
  config: { logLevel: string },
  destination?: DestinationStream,
  traceIds?: TraceIds,
): Logger {
  const options = {
    ...(traceIds && { mixin: () => ({ ...traceIds() }) }),
    level: config.logLevel,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: [...PRIVATE, ...PRIVATE.map((name) => `*.${name}`)], censor: '[redacted]' },
    serializers: { err: (error: unknown) => describeError(error), error: (error: unknown) => describeError(error) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
