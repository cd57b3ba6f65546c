// GET /v1/capabilities: what this installation takes and does, for a client that is to work with several.
import Type from 'typebox';
import { NORMALISED_TYPES } from '../../corpora/subjects.ts';
import { TASKS } from '../../domain/architecture.ts';
import { Nullable, StringEnum } from '../../domain/common.ts';
import { MOST_EXTENSION } from '../../domain/deadline.ts';
import { DENIALS } from '../../domain/lifecycle.ts';
import { API_VERSION } from '../../domain/opendsr.ts';
import { GROUNDS } from '../../domain/resources.ts';
import { WEBHOOK_EVENT_TYPES } from '../../domain/webhook-events.ts';
import { APPROVALS, MOST_COOLING_OFF_HOURS, PROMOTIONS } from '../../environment.ts';
import { BATCH_LINES } from '../batch-lines.ts';
import { described, problems } from '../schemas.ts';
import type { Routes } from '../types.ts';

const names = (description: string) => Type.Array(Type.String(), { description });

const Capabilities = Type.Object({
  version: Type.String(),
  requests: Type.Object({
    grounds: names('Of `ground`'),
    denial_codes: names('Of a denial'),
    identifier_types: names('With a form of their own before they are compared; any other is taken too, as words'),
    batch_lines: Type.Integer({ description: 'Of one batch, at most' }),
    cooling_off_hours: Type.Number({ description: 'Of a request that names none' }),
    most_cooling_off_hours: Type.Integer(),
    most_extension_months: Type.Integer(),
    approval: StringEnum(APPROVALS, 'Whether somebody approves a plan before its run'),
    promotion: StringEnum(PROMOTIONS, 'Whether somebody promotes what passed verification'),
  }),
  models: Type.Object({
    tasks: Type.Array(StringEnum(TASKS)),
    methods: names('Told of by /v1/methods'),
    completions: Type.Boolean({ description: 'Models may be asked, by POST /v1/models/{id}/completions' }),
  }),
  webhooks: Type.Object({ events: names('Types of event'), signatures: names('Schemes of the signature header') }),
  protocols: Type.Object({ opendsr: Nullable(Type.String({ description: 'Version, under /v2; null: not set up' })) }),
  limits: Type.Object({
    record_bytes: Type.Integer({ description: 'Of a line of an upload' }),
    upload_bytes: Type.Integer({ description: 'Of an upload' }),
    calls_per_minute: Type.Integer({ description: 'Of a credential; 0: no limit' }),
  }),
});

export const capabilityRoutes: Routes = (app, deps) => {
  const { config, methods, version } = deps;
  const { approval, promotion, coolingOffMs } = config.decisions;
  const { recordBytes, uploadBytes, callsPerMinute } = config.limits;
  const found = {
    version,
    requests: {
      ...{ grounds: [...GROUNDS], denial_codes: Object.keys(DENIALS), identifier_types: [...NORMALISED_TYPES] },
      ...{ batch_lines: BATCH_LINES, cooling_off_hours: coolingOffMs / 3_600_000 },
      ...{ most_cooling_off_hours: MOST_COOLING_OFF_HOURS, most_extension_months: MOST_EXTENSION },
      ...{ approval, promotion },
    },
    models: { tasks: [...TASKS], methods: Object.keys(methods), completions: config.completionsEnabled },
    webhooks: { events: [...WEBHOOK_EVENT_TYPES], signatures: ['v1', 'v1a'] },
    protocols: { opendsr: deps.opendsr ? API_VERSION : null },
    limits: { record_bytes: recordBytes, upload_bytes: uploadBytes, calls_per_minute: callsPerMinute },
  };
  app.get(
    '/v1/capabilities',
    {
      config: { scope: 'catalogue:read' },
      schema: {
        tags: ['catalogue'],
        operationId: 'getCapabilities',
        summary: 'Say what this installation takes and does',
        response: { 200: described('What it can do, and its limits', Capabilities), ...problems },
      },
    },
    async () => found,
  );
};
