// A run as it goes on, as server-sent events.
import { once } from 'node:events';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { runMark } from '../../domain/marks.ts';
import type { Run } from '../../domain/resources.ts';
import { isFinalRun } from '../../domain/states.ts';
import { principal } from '../principal.ts';
import type { App } from '../types.ts';

/** So that what stands between us and the client sees a living connection. */
const HEARTBEAT_MS = 15_000;
/** How long a stream may go on under a credential that has ended meanwhile. */
const CREDENTIAL_MS = 15_000;
/** Then the client connects again, and says again who it is. */
export const MOST_STREAM_SECONDS = 600;
const RETRY_MS = 2000;

const dataOf = ({ id, state, verdict, restarts, progress, updated_at }: Run) => ({
  ...{ id, state, verdict, restarts, progress, updated_at },
});

/** One event; its id names the state that it shows. */
export const eventOf = (run: Run): string =>
  `id: ${runMark(run)}\nevent: ${isFinalRun(run.state) ? 'ended' : 'progress'}\ndata: ${JSON.stringify(dataOf(run))}\n\n`;

interface Stream {
  read(): Promise<Run | null>;
  /** Mark of what the client has seen. */
  seen: string | undefined;
  seconds: number;
  /** Aborted when the client has gone. */
  gone: AbortSignal;
  write(text: string): Promise<void>;
  /** Whether the client may still see the run. */
  admitted(): Promise<boolean>;
}

/** Sends the present state and each that follows, until the run's end. Changes that the client was too slow for are skipped. */
async function follow(app: App, tenant: string, first: Run, stream: Stream): Promise<void> {
  const { gone, write, seconds } = stream;
  const ends = performance.now() + seconds * 1000;
  let { seen } = stream;
  let asked = performance.now();
  for (let run: Run | null = first; run !== null; run = await stream.read()) {
    if (performance.now() - asked >= CREDENTIAL_MS) {
      if (!(await stream.admitted())) return;
      asked = performance.now();
    }
    const mark = runMark(run);
    if (mark !== seen) await write(eventOf(run));
    seen = mark;
    if (isFinalRun(run.state)) return;
    const left = ends - performance.now();
    if (left <= 0 || gone.aborted || app.watch.over.aborted) return;
    const beat = AbortSignal.timeout(Math.ceil(Math.min(left, HEARTBEAT_MS)));
    const ready = (now: { mark: string } | undefined) => now?.mark !== mark;
    const heeded = await app.watch.until({ tenant, kind: 'run', id: run.id, ready }, AbortSignal.any([gone, beat]));
    if (!heeded || gone.aborted) return;
    if (beat.aborted) await write(':\n\n');
  }
}

/** Takes the answer over. Ends with the run, with the service, after `seconds`, and when the client leaves. */
export async function streamRun(
  app: App,
  request: FastifyRequest,
  reply: FastifyReply,
  { run, read, seconds }: { run: Run; read(): Promise<Run | null>; seconds: number },
): Promise<void> {
  const { raw } = reply.hijack();
  const left = new AbortController();
  raw.once('close', () => left.abort());
  const headers = {
    ...reply.getHeaders(),
    ...{ 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
  };
  raw.writeHead(200, headers as Record<string, string>);
  const write = async (text: string) => {
    // a client that does not read is waited for, and not written to
    if (!raw.write(text) && !left.signal.aborted)
      await once(raw, 'drain', { signal: left.signal }).catch(() => undefined);
  };
  const seen = request.headers['last-event-id'];
  try {
    await write(`retry: ${RETRY_MS}\n\n`);
    const admitted = () => app.stillAdmitted(request);
    const shown = seen === undefined ? undefined : String(seen);
    const stream = { read, seconds, write, admitted, gone: left.signal, seen: shown };
    await follow(app, principal(request).tenant, run, stream);
  } catch (err) {
    // the answer has begun, so there is no other: the client connects again
    request.log.warn({ err }, 'A stream of events broke off');
  } finally {
    raw.end();
  }
}
