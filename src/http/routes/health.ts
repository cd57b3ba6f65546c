// Liveness asks nobody; readiness asks the database and the queue.
import Type from 'typebox';
import { StringEnum } from '../../domain/common.ts';
import { ExpungeError } from '../../errors.ts';
import { described, problems } from '../schemas.ts';
import type { Routes } from '../types.ts';

const tags = ['health'];
/** A part that has not answered by then counts as down. */
const PATIENCE_MS = 2000;

const Live = Type.Object({ status: Type.Literal('ok'), version: Type.String() });
const State = StringEnum(['up', 'down'] as const);
const Ready = Type.Object({ status: Type.Literal('ok'), parts: Type.Object({ database: State, queue: State }) });

async function answers(ping: () => Promise<void>): Promise<'up' | 'down'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'down'>((resolve) => {
    timer = setTimeout(() => resolve('down'), PATIENCE_MS);
  });
  const asked = ping().then(
    () => 'up' as const,
    () => 'down' as const,
  );
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

export const healthRoutes: Routes = (app, deps) => {
  app.get(
    '/health/live',
    {
      config: { scope: 'everybody' },
      schema: {
        tags,
        operationId: 'getLiveness',
        summary: 'Is the process alive',
        response: { 200: described('It is', Live), ...problems },
      },
    },
    async () => ({ status: 'ok' as const, version: deps.version }),
  );
  app.get(
    '/health/ready',
    {
      config: { scope: 'everybody' },
      schema: {
        tags,
        operationId: 'getReadiness',
        summary: 'Can the process take requests',
        response: { 200: described('It can', Ready), ...problems },
      },
    },
    async () => {
      const [database, queue] = await Promise.all([
        answers(() => deps.store.ping()),
        answers(() => deps.doorbell.ping()),
      ]);
      const parts = { database, queue };
      if (database === 'up' && queue === 'up') return { status: 'ok' as const, parts };
      const down = Object.entries(parts).flatMap(([name, state]) => (state === 'down' ? [name] : []));
      throw new ExpungeError('service-unavailable', `Not answering: ${down.join(' and ')}.`, { extra: { parts } });
    },
  );
};
