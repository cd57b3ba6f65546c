// OpenAPI 3.1 from the routes' own schemas, and the page that shows it.
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { SCOPES } from '../domain/scopes.ts';
import { markOptional } from './optional.ts';
import type { App } from './types.ts';
import { webhookSection } from './webhook-section.ts';

const TAGS = [
  { name: 'deletion-requests', description: 'What a controller asks for one data subject' },
  { name: 'runs', description: 'What was done to a model, and what the verification found' },
  { name: 'certificates', description: 'Signed statements of what was shown, and the keys that verify them' },
  { name: 'models', description: 'Named lines of checkpoints' },
  { name: 'verification-policies', description: 'What a verification must show to pass' },
  { name: 'corpora', description: 'Training sets and holdout sets' },
  { name: 'completions', description: 'Greedy answers of a model; off unless configured' },
  { name: 'influence', description: 'Which training records shaped what a model says' },
  { name: 'subjects', description: 'Where a person stands, in numbers' },
  { name: 'suppressions', description: 'Who must not be trained on again' },
  { name: 'restrictions', description: 'Whose records are kept and not used' },
  { name: 'webhooks', description: 'Who is told of what happens, by the rules of Standard Webhooks' },
  { name: 'opendsr', description: 'Deletion requests in the words of OpenDSR 2.0' },
  { name: 'api-keys', description: 'Who may call what' },
  { name: 'catalogue', description: 'Methods, metrics, kinds of problem' },
  { name: 'health', description: 'For the platform that runs the service' },
];

/** What operations ask for is on each of them, by `access.ts`. */
const SECURITY_SCHEMES = {
  api_key: {
    type: 'http' as const,
    scheme: 'bearer',
    bearerFormat: 'API key',
    description: 'A key of `expunge keys create` or POST /v1/api-keys. Nothing is asked where AUTH is `none`.',
  },
  oauth2: {
    type: 'oauth2' as const,
    description: 'An access token (JWT) of the issuer that OAUTH_ISSUER names; its token endpoint is the issuer’s.',
    flows: { clientCredentials: { tokenUrl: 'https://issuer.example/token', scopes: SCOPES } },
  },
};

export async function registerDocumentation(app: App, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Expunge',
        version,
        description:
          'Unlearning as a service: removes people from trained models on request, attacks the result, and signs what was shown.',
      },
      tags: TAGS,
      webhooks: webhookSection(),
      components: { securitySchemes: SECURITY_SCHEMES },
    },
    transformObject: (given) => ('openapiObject' in given ? markOptional(given.openapiObject) : given.swaggerObject),
    refResolver: { buildLocalReference: (json, _base, _fragment, i) => String(json.$id ?? `def-${i}`) },
  });
  await app.register(swaggerUi, { routePrefix: '/docs', uiConfig: { docExpansion: 'list', deepLinking: true } });
}

export function documentationRoutes(app: App): void {
  const config = { scope: 'everybody' as const };
  app.get('/openapi.json', { config, schema: { hide: true } }, async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(JSON.stringify(app.swagger())),
  );
  app.get('/', { config, schema: { hide: true } }, async (_request, reply) => reply.redirect('/docs'));
}
