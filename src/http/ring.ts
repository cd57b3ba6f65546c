// Rings for models after the commit.
import type { FastifyBaseLogger } from 'fastify';
import type { AppDeps } from './types.ts';

/** Never rejects: what waits is safe in the store, and the sweep of a worker rings again. */
export async function ring(
  deps: Pick<AppDeps, 'doorbell'>,
  models: Iterable<string>,
  log: FastifyBaseLogger,
): Promise<void> {
  const one = (model_id: string) =>
    deps.doorbell.ringModel(model_id).catch((err: unknown) => log.warn({ model_id, err }, 'doorbell not rung'));
  await Promise.all(Array.from(new Set(models), one));
}
