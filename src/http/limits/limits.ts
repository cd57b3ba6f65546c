// How many calls a credential may make, and an address without one (draft-ietf-httpapi-ratelimit-headers), told with every answer.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ExpungeError } from '../../errors.ts';
import type { Counted, Counter } from '../../runs/ports.ts';
import type { App, AppDeps } from '../types.ts';
import { createMemoryCounter } from './memory.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** For everybody, and not for nothing: calls are counted by the address that they come from. */
    byAddress?: boolean;
  }
}

const WINDOW_SECONDS = 60;

interface Policy {
  name: string;
  /** 0: no limit. */
  quota: number;
  /** What has the quota, at the beginning of a sentence. */
  whose: string;
}

// rounded first: a whole window may come out a hair over
const secondsOf = (ms: number): number => Math.ceil(Math.round(ms) / 1000);

/** The two headers: what applies, and what is left of it. */
export const limitHeaders = ({ count, left_ms }: Counted, { name, quota }: Pick<Policy, 'name' | 'quota'>) => ({
  'ratelimit-policy': `"${name}";q=${quota};w=${WINDOW_SECONDS}`,
  ratelimit: `"${name}";r=${Math.max(0, quota - count)};t=${secondsOf(left_ms)}`,
});

/**
 * Counts the calls of each credential, and those of addresses where a route says so. Call it after `installAccess` and before any route.
 * Where `deps.counter` is away this process counts alone: a limit must not be why nobody is served.
 */
export function installLimits(
  app: App,
  { config: { limits }, counter, subjectKeys }: Pick<AppDeps, 'config' | 'counter' | 'subjectKeys'>,
): void {
  const credential: Policy = { name: 'default', quota: limits.callsPerMinute, whose: 'A credential' };
  const address: Policy = { name: 'address', quota: limits.callsPerAddress, whose: 'An address' };
  if (credential.quota === 0 && address.quota === 0) return;
  const alone = createMemoryCounter();
  const shared: Counter = counter ?? alone;

  async function count(request: FastifyRequest, reply: FastifyReply, name: string, policy: Policy): Promise<void> {
    const { quota } = policy;
    if (quota === 0) return;
    const counted = await shared.hit(name, WINDOW_SECONDS * 1000).catch((err: unknown) => {
      request.log.warn({ err }, 'Calls are counted by this process alone');
      return alone.hit(name, WINDOW_SECONDS * 1000);
    });
    reply.headers(limitHeaders(counted, policy));
    if (counted.count <= quota) return;
    reply.header('retry-after', String(secondsOf(counted.left_ms)));
    throw new ExpungeError('quota-exceeded', `${policy.whose} may make ${quota} calls in ${WINDOW_SECONDS} seconds.`, {
      extra: { 'violated-policies': [policy.name] },
    });
  }

  app.addHook('onRequest', async (request, reply) => {
    const { caller } = request;
    if (caller !== null) return count(request, reply, `${caller.tenant}/${caller.actor}`, credential);
    if (!request.routeOptions.config.byAddress) return;
    // an address may be a person's: what counts knows it as a keyed digest
    return count(request, reply, `address/${subjectKeys.pseudonym('default', 'address', request.ip)}`, address);
  });
}
