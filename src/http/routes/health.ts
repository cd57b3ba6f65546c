// Liveness asks nobody; readiness asks the database, its schema, the queue and the disks.
import Type from 'typebox';
import { StringEnum } from '../../domain/common.ts';
import { ExpungeError } from '../../errors.ts';
import { createReadiness, PARTS, type Part } from '../readiness.ts';
import { described, problems } from '../schemas.ts';
import type { Routes } from '../types.ts';

const tags = ['health'];

const Live = Type.Object({ status: Type.Literal('ok'), version: Type.String() });
const State = StringEnum(['up', 'down'] as const);
const Ready = Type.Object({
  status: Type.Literal('ok'),
  parts: Type.Object(Object.fromEntries(PARTS.map((part) => [part, State])) as Record<Part, typeof State>),
  workers: Type.Union([Type.Object({ runs: Type.Integer(), webhooks: Type.Integer() }), Type.Null()], {
    description: 'Workers that were heard of in the last 30 s, by what they do; null: nobody could tell',
  }),
  warnings: Type.Array(Type.String(), {
    description:
      'What keeps no request from being taken, but from being done: nobody works. READY_NEEDS_WORKER makes it a reason',
  }),
});

export const healthRoutes: Routes = (app, deps) => {
  const ask = createReadiness(deps);
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
      config: { scope: 'everybody', byAddress: true },
      schema: {
        tags,
        operationId: 'getReadiness',
        summary: 'Can the process take requests',
        description: '503 where it cannot; 429 beyond ADDRESS_RATE_LIMIT_PER_MINUTE calls of an address.',
        response: { 200: described('It can', Ready), ...problems },
      },
    },
    async () => {
      const { parts, reasons, workers, warnings } = await ask();
      const down = Object.entries(reasons).map(([part, why]) => `${part}: ${why}`);
      if (down.length === 0) return { status: 'ok' as const, parts, workers, warnings };
      throw new ExpungeError('service-unavailable', `Not ready; ${down.join('; ')}.`, { extra: { parts, reasons } });
    },
  );
};
