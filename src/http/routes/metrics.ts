// GET /metrics: how the whole installation does, for Prometheus.
import Type from 'typebox';
import { createMonitor } from '../figures.ts';
import { problems } from '../schemas.ts';
import type { Routes } from '../types.ts';

const DESCRIPTION = `Prometheus' text format. The figures are of all tenants together and name nobody. Prometheus sends the key by
\`authorization: { credentials_file: … }\` of its scrape configuration.`;

export const metricsRoutes: Routes = (app, deps) => {
  const monitor = createMonitor(deps.store, app.log);
  app.addHook('onResponse', (request, reply, done) => {
    const { url: route = 'unmatched' } = request.routeOptions;
    monitor.answered({ method: request.method, route, status: reply.statusCode, seconds: reply.elapsedTime / 1000 });
    done();
  });
  app.get(
    '/metrics',
    {
      config: { scope: 'metrics:read' },
      schema: {
        tags: ['health'],
        operationId: 'getMetrics',
        summary: 'How the installation does, for Prometheus',
        description: DESCRIPTION,
        response: {
          200: {
            description: 'Queue depth, due dates, runs, latency, the process',
            content: { 'text/plain': { schema: Type.String() } },
          },
          ...problems,
        },
      },
    },
    async (_request, reply) => {
      const { type, text } = await monitor.page();
      return reply.type(type).header('cache-control', 'no-store').send(text);
    },
  );
};
