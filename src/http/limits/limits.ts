// How many calls a credential may make (draft-ietf-httpapi-ratelimit-headers), told with every answer.
import { ExpungeError } from '../../errors.ts';
import type { Counted, Counter } from '../../runs/ports.ts';
import type { App, AppDeps } from '../types.ts';
import { createMemoryCounter } from './memory.ts';

const WINDOW_SECONDS = 60;
const POLICY = 'default';

// rounded first: a whole window may come out a hair over
const secondsOf = (ms: number): number => Math.ceil(Math.round(ms) / 1000);

/** The two headers: what applies, and what is left of it. */
export const limitHeaders = ({ count, left_ms }: Counted, quota: number) => ({
  'ratelimit-policy': `"${POLICY}";q=${quota};w=${WINDOW_SECONDS}`,
  ratelimit: `"${POLICY}";r=${Math.max(0, quota - count)};t=${secondsOf(left_ms)}`,
});

/**
 * Counts the calls of each credential. Call it after `installAccess` and before any route. Where `deps.counter` is away this
 * process counts alone: a limit must not be why nobody is served.
 */
export function installLimits(app: App, { config, counter }: Pick<AppDeps, 'config' | 'counter'>): void {
  const quota = config.limits.callsPerMinute;
  if (quota === 0) return;
  const alone = createMemoryCounter();
  const shared: Counter = counter ?? alone;
  app.addHook('onRequest', async (request, reply) => {
    const { caller } = request;
    if (caller === null) return;
    const name = `${caller.tenant}/${caller.actor}`;
    const counted = await shared.hit(name, WINDOW_SECONDS * 1000).catch((err: unknown) => {
      request.log.warn({ err }, 'Calls are counted by this process alone');
      return alone.hit(name, WINDOW_SECONDS * 1000);
    });
    reply.headers(limitHeaders(counted, quota));
    if (counted.count <= quota) return;
    reply.header('retry-after', String(secondsOf(counted.left_ms)));
    throw new ExpungeError('quota-exceeded', `A credential may make ${quota} calls in ${WINDOW_SECONDS} seconds.`, {
      extra: { 'violated-policies': [POLICY] },
    });
  });
}
