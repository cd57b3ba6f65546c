// The Prefer header (RFC 7240): how long a client would rather wait than ask again.
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Watched } from '../../runs/ports.ts';
import { tagsMatch } from '../links.ts';
import { principal } from '../principal.ts';
import type { App } from '../types.ts';
import { createWatch, type Watch } from './watch.ts';

/** Longer waits are cut to this: what stands between us and the client ends silent connections after a minute. */
export const MOST_WAIT_SECONDS = 30;

declare module 'fastify' {
  interface FastifyInstance {
    watch: Watch;
  }
}

/** Of a route that takes the header. */
export const preferField = {
  prefer: Type.Optional(
    Type.String({
      maxLength: 200,
      description: `\`wait=<seconds>\` (at most ${MOST_WAIT_SECONDS}): the answer comes when the resource has ended, or, with If-None-Match, when it has changed, or when the time is over, as it is then. \`Preference-Applied\` says what was heeded`,
    }),
  ),
};
export const PreferHeader = Type.Object(preferField);

export interface Preferences {
  /** Seconds, cut to what there is at most; null: not named, or not a whole number. */
  wait: number | null;
  respondAsync: boolean;
}

/** Reads the header. What is not understood is passed over, and of two the first counts, as the RFC has it. */
export function readPreferences(header: string | string[] | undefined): Preferences {
  const named = new Map<string, string>();
  for (const part of String(header ?? '').split(',')) {
    const [name = '', value = ''] = part.split(';', 1)[0]!.split('=', 2);
    const key = name.trim().toLowerCase();
    if (!named.has(key)) named.set(key, value.trim().replace(/^"(.*)"$/, '$1'));
  }
  const wait = named.get('wait');
  return {
    wait: wait !== undefined && /^\d{1,9}$/.test(wait) ? Math.min(Number(wait), MOST_WAIT_SECONDS) : null,
    respondAsync: named.has('respond-async'),
  };
}

/** Aborted when the client has gone, and after so many seconds. */
function patience(reply: FastifyReply, seconds: number): { signal: AbortSignal; release(): void } {
  const over = new AbortController();
  const end = () => over.abort();
  const timer = setTimeout(end, seconds * 1000);
  reply.raw.once('close', end);
  const release = () => {
    clearTimeout(timer);
    reply.raw.off('close', end);
  };
  return { signal: over.signal, release };
}

interface Waited<T> {
  kind: Watched;
  id: string;
  read(): Promise<T | null>;
  /** As it is now, where that is known already: nothing is read for whoever does not wait. */
  found?: T;
  mark(found: T): string;
  /** Whether nothing more is to be waited for in this state. */
  ended(state: string): boolean;
}

/**
 * Reads a resource; where the client would rather wait, once more when it has ended or, where If-None-Match names its
 * present state, when it has changed, or when the time is over. Null where there is none.
 */
export async function readWhen<T extends { state: string }>(
  app: App,
  request: FastifyRequest,
  reply: FastifyReply,
  about: Waited<T>,
): Promise<T | null> {
  const found = about.found ?? (await about.read());
  const { wait, respondAsync } = readPreferences(request.headers.prefer);
  if (found === null || wait === null) {
    if (found !== null && respondAsync && request.method === 'POST')
      reply.header('preference-applied', 'respond-async');
    return found;
  }
  const applied = [...(respondAsync ? ['respond-async'] : []), `wait=${wait}`].join(', ');
  const none = request.headers['if-none-match'];
  const mark = about.mark(found);
  if (about.ended(found.state) || (none !== undefined && !tagsMatch(none, mark))) {
    reply.header('preference-applied', applied);
    return found;
  }
  const { signal, release } = patience(reply, wait);
  const { kind, id } = about;
  const heeded = await app.watch.until(
    {
      ...{ tenant: principal(request).tenant, kind, id },
      ready: (seen) => seen === undefined || about.ended(seen.state) || (none !== undefined && seen.mark !== mark),
    },
    signal,
  );
  release();
  if (!heeded) return found;
  reply.header('preference-applied', applied);
  return about.read();
}

/** Lets clients wait. Before any route; whoever waits is answered at once when the service ends. */
export function installWaiting(app: App, deps: { store: Parameters<typeof createWatch>[0] }): void {
  app.decorate('watch', createWatch(deps.store, app.log));
  app.addHook('preClose', async () => app.watch.stop());
}
