// /v1/api-keys: who may call what. The key itself is in the answer that makes it, and nowhere else.
import Type, { type Static } from 'typebox';
import { v7 as uuid } from 'uuid';
import { ApiKey, NewApiKey, ScopeList } from '../../domain/api-key.ts';
import { DAY_MS, HOUR_MS, KEY_DAYS, OVERLAP_HOURS } from '../../domain/key-terms.ts';
import { DECIDING, type Scope } from '../../domain/scopes.ts';
import { ExpungeError } from '../../errors.ts';
import { makeKey } from '../../evidence/api-key.ts';
import { checkPresent, MatchHeader } from '../conditional.ts';
import { BELIEVED_MS } from '../key-check.ts';
import { absolute, notFound } from '../links.ts';
import { createCursors, PageParameters, page, pageOf } from '../paging.ts';
import { type Caller, principal } from '../principal.ts';
import { conditionalProblems, described, IdParams, problems, ref } from '../schemas.ts';
import type { App, AppDeps, Routes } from '../types.ts';

const tags = ['api-keys'];
const config = { scope: 'keys:manage' } as const;

const days = Type.Optional(
  Type.Integer({
    ...{ minimum: 1, maximum: KEY_DAYS.most },
    description: `How long the new key is valid. Default: ${KEY_DAYS.usual}`,
  }),
);
const Present = ref('ApiKey');
const strict = { additionalProperties: false } as const;

const Wanted = Type.Object({ name: ApiKey.properties.name, scopes: ScopeList, expires_in_days: days }, strict);
const Rotation = Type.Union([
  Type.Object(
    {
      expires_in_days: days,
      overlap_hours: Type.Optional(
        Type.Number({
          ...{ minimum: 0, maximum: OVERLAP_HOURS.most },
          description: `How long the old key is valid beside the new one; 0: it ends now. Default: ${OVERLAP_HOURS.usual}`,
        }),
      ),
    },
    strict,
  ),
  Type.Null(),
]);

const CREATE = `In the tenant of the caller. A key cannot hand on scopes that it lacks. Whoever may do ${DECIDING.map((scope) => `\`${scope}\``).join(' or ')}
makes no keys here, since with a second one they could be four eyes alone: \`expunge keys create\` does. Takes no Idempotency-Key, since the answer must not be kept.`;
const HONOURS = 'Honours If-Match; the ETag of a key that is used changes about once a minute, with `last_used_at`.';
const ROTATE = `Makes a key that replaces this one: the same name, scopes and actor. The old one is valid for \`overlap_hours\` more. Of a key
with scopes that the caller lacks it is refused; a caller may always replace its own. ${HONOURS}`;
const REVOKE = `It ends within ${BELIEVED_MS / 1000} seconds, and for calls about keys at once. The record stays. ${HONOURS}`;

/** Throws `scope-not-granted`: who is given a secret may do what it allows. Nobody gains by a new key in the place of their own. */
function checkGrant(caller: Caller, scopes: readonly Scope[], replaces?: ApiKey): void {
  if (replaces?.actor === caller.actor) return;
  const deciding = DECIDING.filter((scope) => caller.scopes.has(scope));
  if (deciding.length > 0)
    throw new ExpungeError('scope-not-granted', `Whoever has ${deciding.join(' or ')} hands on no key but their own.`);
  const beyond = scopes.filter((scope) => !caller.scopes.has(scope));
  if (beyond.length > 0)
    throw new ExpungeError('scope-not-granted', `This caller cannot hand on ${beyond.join(', ')}.`);
}

/** The only answer with a secret in it: nobody may keep it on the way. */
const UNKEPT = { 'cache-control': 'no-store' };

function creation(app: App, deps: AppDeps): void {
  app.post(
    '/v1/api-keys',
    {
      config,
      schema: {
        ...{ tags, operationId: 'createApiKey', summary: 'Make an API key', description: CREATE, body: Wanted },
        response: { 201: described('The key, shown this once', NewApiKey), ...problems },
      },
    },
    async (request, reply) => {
      const caller = principal(request);
      const { name, scopes, expires_in_days = KEY_DAYS.usual } = request.body;
      checkGrant(caller, scopes);
      const id = uuid();
      const { text, secret_hash } = makeKey(id);
      const wanted = { id, secret_hash, name, scopes, lifetime_ms: expires_in_days * DAY_MS };
      const made = await deps.store.createApiKey(caller.tenant, wanted, caller.actor);
      reply.code(201).header('location', absolute(request, `/v1/api-keys/${id}`));
      return reply.headers(UNKEPT).send({ ...made, key: text });
    },
  );
  app.post(
    '/v1/api-keys/:id/rotate',
    {
      config,
      schema: {
        ...{ tags, operationId: 'rotateApiKey', summary: 'Replace an API key', description: ROTATE },
        ...{ params: IdParams, body: Rotation },
        headers: MatchHeader,
        response: { 201: described('The new key, shown this once', NewApiKey), ...conditionalProblems },
      },
    },
    async (request, reply) => {
      const caller = principal(request);
      const body = request.body as Static<typeof Rotation>;
      const old = await deps.store.getApiKey(caller.tenant, request.params.id);
      if (old === null) throw notFound('API key');
      checkGrant(caller, old.scopes, old);
      const id = uuid();
      const { text, secret_hash } = makeKey(id);
      const overlap_ms = (body?.overlap_hours ?? OVERLAP_HOURS.usual) * HOUR_MS;
      const next = { id, secret_hash, overlap_ms, lifetime_ms: (body?.expires_in_days ?? KEY_DAYS.usual) * DAY_MS };
      const check = (present: ApiKey) => checkPresent(request, reply, Present, present);
      const outcome = await deps.store.rotateApiKey(caller.tenant, old.id, next, caller.actor, check);
      if (outcome.status === 'unknown') throw notFound('API key');
      if (outcome.status === 'ended') throw ended(outcome.key);
      reply.code(201).header('location', absolute(request, `/v1/api-keys/${id}`));
      return reply.headers(UNKEPT).send({ ...outcome.key, key: text });
    },
  );
}

function ended({ state, replaced_by }: ApiKey): ExpungeError {
  if (replaced_by === null)
    return new ExpungeError('wrong-state', `The key is ${state}; make a new one.`, { extra: { state } });
  const existing = `/v1/api-keys/${replaced_by}`;
  return new ExpungeError('wrong-state', 'The key was replaced before.', { extra: { state, existing } });
}

export const apiKeyRoutes: Routes = (app, deps) => {
  const cursors = createCursors(deps.subjectKeys);
  creation(app, deps);
  app.get(
    '/v1/api-keys',
    {
      config,
      schema: {
        ...{ tags, operationId: 'listApiKeys', summary: 'List API keys', querystring: PageParameters },
        response: { 200: described('A page of keys, newest first', pageOf(ref('ApiKey'))), ...problems },
      },
    },
    async (request, reply) =>
      page(request, reply, cursors, { list: 'api-keys', query: request.query }, (query) =>
        deps.store.listApiKeys(principal(request).tenant, query),
      ),
  );
  app.get(
    '/v1/api-keys/:id',
    {
      config,
      schema: {
        ...{ tags, operationId: 'getApiKey', summary: 'Get an API key', params: IdParams },
        response: { 200: described('The key, without its secret', Present), ...problems },
      },
    },
    async (request) => {
      const key = await deps.store.getApiKey(principal(request).tenant, request.params.id);
      if (key === null) throw notFound('API key');
      return key;
    },
  );
  app.delete(
    '/v1/api-keys/:id',
    {
      config,
      schema: {
        ...{ tags, operationId: 'revokeApiKey', summary: 'Revoke an API key', description: REVOKE, params: IdParams },
        headers: MatchHeader,
        response: { 200: described('The key as it is now', Present), ...conditionalProblems },
      },
    },
    async (request, reply) => {
      const { tenant, actor } = principal(request);
      const check = (present: ApiKey) => checkPresent(request, reply, Present, present);
      const key = await deps.store.revokeApiKey(tenant, request.params.id, actor, check);
      if (key === null) throw notFound('API key');
      return key;
    },
  );
};
