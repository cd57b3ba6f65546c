// What the service can do: methods, metrics, and the kinds of problem it answers with.
import Type from 'typebox';
import { TASKS } from '../../domain/architecture.ts';
import { Nullable, StringEnum } from '../../domain/common.ts';
import type { Family, Need } from '../../domain/method.ts';
import { GUARANTEES } from '../../domain/verification.ts';
import { ExpungeError, PROBLEMS, type ProblemCode } from '../../errors.ts';
import { tasksOf } from '../../metrics/sets.ts';
import { clientParams, defaultsOf, needsOf } from '../method-schema.ts';
import { described, problems } from '../schemas.ts';
import type { Routes } from '../types.ts';

const Paper = Nullable(Type.Object({ title: Type.String(), arxiv: Type.String() }));

const MethodEntry = Type.Object({
  name: Type.String(),
  family: StringEnum(['example-based', 'gradient-based', 'optimization-based'] as const satisfies Family[]),
  summary: Type.String(),
  guarantee: StringEnum(GUARANTEES, 'The highest class that its evidence can reach'),
  paper: Paper,
  needs: Type.Array(Type.Unsafe<Need>(Type.String()), { description: 'With default parameters' }),
  params: Type.Unsafe<Record<string, unknown>>({
    type: 'object',
    additionalProperties: true,
    description: 'JSON Schema of `method.params`, with defaults',
  }),
});

const MetricEntry = Type.Object({
  name: Type.String(),
  kind: StringEnum(['memory', 'membership', 'naturalness', 'utility'] as const),
  tasks: Type.Array(StringEnum(TASKS), { description: 'Kinds of model that it is measured of' }),
  summary: Type.String(),
  paper: Paper,
  cost: Type.Object({
    pass: Type.String({ description: 'Metrics of the same pass share it' }),
    forward_passes: Type.Integer({ description: 'Over each record' }),
    checkpoints: Type.Integer({ description: '2: under parent and candidate' }),
    of: StringEnum(['every record', 'a sample'] as const),
  }),
});

const ProblemEntry = Type.Object({
  code: Type.String(),
  status: Type.Integer(),
  title: Type.String(),
  remedy: Type.String(),
});

export const catalogueRoutes: Routes = (app, deps) => {
  const tags = ['catalogue'];
  const methods = Object.values(deps.methods).map((method) => ({
    name: method.name,
    family: method.family,
    summary: method.summary,
    guarantee: method.guarantee,
    paper: method.paper,
    needs: needsOf(method, defaultsOf(method)),
    params: clientParams(method.params),
  }));
  app.get(
    '/v1/methods',
    {
      config: { scope: 'catalogue:read' },
      schema: {
        tags,
        operationId: 'listMethods',
        summary: 'List unlearning methods with their parameters',
        response: { 200: described('Every method', Type.Object({ items: Type.Array(MethodEntry) })), ...problems },
      },
    },
    async () => ({ items: methods }),
  );
  if (deps.metrics !== undefined) {
    const metrics = deps.metrics.map((metric) => {
      const { name, kind, summary, paper, cost } = metric;
      return { name, kind, tasks: [...tasksOf(metric)], summary, paper, cost };
    });
    app.get(
      '/v1/metrics',
      {
        config: { scope: 'catalogue:read' },
        schema: {
          tags,
          operationId: 'listMetrics',
          summary: 'List metrics and attacks',
          response: { 200: described('Every metric', Type.Object({ items: Type.Array(MetricEntry) })), ...problems },
        },
      },
      async () => ({ items: metrics }),
    );
  }
  app.get(
    '/problems/:code',
    {
      config: { scope: 'everybody' },
      schema: {
        tags,
        operationId: 'getProblem',
        summary: 'Explain a kind of problem',
        params: Type.Object({ code: Type.String({ maxLength: 60 }) }),
        response: { 200: described('What it means and what to do', ProblemEntry), ...problems },
      },
    },
    async (request) => {
      const { code } = request.params;
      if (!Object.hasOwn(PROBLEMS, code)) throw new ExpungeError('not-found', 'There is no such kind of problem.');
      const [status, title, remedy] = PROBLEMS[code as ProblemCode];
      return { code, status, title, remedy };
    },
  );
};
