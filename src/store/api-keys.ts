// API keys: made, replaced, ended, each with an entry of the ledger.
import { type Selectable, sql } from 'kysely';
import type { ApiKey } from '../domain/api-key.ts';
import type { ApiKeyStore, NewKey, RotateOutcome } from '../runs/api-key-port.ts';
import { beyond, type Context, type Trx, toPage, transact } from './db.ts';
import { append } from './ledger.ts';
import type { KeyTables } from './schema-keys.ts';

const COLUMNS = [
  ...(['id', 'name', 'actor', 'scopes', 'created_by', 'created_at', 'expires_at', 'revoked_at'] as const),
  ...(['last_used_at', 'replaced_by'] as const),
] as const;
type Row = Pick<Selectable<KeyTables['api_keys']>, (typeof COLUMNS)[number]>;

const NOTE_SECONDS = 60;

const later = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();

const toKey = (row: Row, now: string): ApiKey => ({
  ...row,
  state: row.revoked_at !== null ? 'revoked' : row.expires_at <= now ? 'expired' : 'active',
});

interface Made extends NewKey {
  name: string;
  scopes: Row['scopes'];
  actor: string;
}

async function insert(trx: Trx, tenant: string, made: Made, created_by: string, at: string): Promise<ApiKey> {
  const { lifetime_ms, scopes, ...columns } = made;
  const row = await trx
    .insertInto('api_keys')
    .values({
      ...{ ...columns, tenant_id: tenant, scopes: JSON.stringify(scopes), created_by },
      ...{ created_at: at, expires_at: later(at, lifetime_ms) },
    })
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
  return toKey(row, at);
}

/** The name may say more than a ledger that nobody can change should hold. */
const entryOf = ({ id, actor, scopes, expires_at }: ApiKey) => ({ key_id: id, key_actor: actor, scopes, expires_at });

const lockKey = (trx: Trx, tenant: string, id: string) =>
  trx
    .selectFrom('api_keys')
    .select(COLUMNS)
    .where('tenant_id', '=', tenant)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();

type Rotation = NewKey & { overlap_ms: number };

async function rotate(
  context: Context,
  trx: Trx,
  [tenant, id]: [string, string],
  { overlap_ms, ...next }: Rotation,
  actor: string,
  check: Parameters<ApiKeyStore['rotateApiKey']>[4],
): Promise<RotateOutcome> {
  const row = await lockKey(trx, tenant, id);
  if (row === undefined) return { status: 'unknown' };
  const at = await context.now(trx);
  const old = toKey(row, at);
  if (old.state !== 'active' || old.replaced_by !== null) return { status: 'ended', key: old };
  check?.(old);
  const key = await insert(trx, tenant, { ...next, name: old.name, scopes: old.scopes, actor: old.actor }, actor, at);
  const expires_at = [later(at, overlap_ms), old.expires_at].sort()[0]!;
  const update = trx.updateTable('api_keys').set({ expires_at, replaced_by: key.id }).where('id', '=', id);
  const before = toKey(await update.returning(COLUMNS).executeTakeFirstOrThrow(), at);
  const data = { ...entryOf(key), replaces: id, replaced_expires_at: expires_at };
  await append(context, trx, { tenant, type: 'api-key.rotated', actor, data });
  return { status: 'rotated', key, before };
}

async function revoke(
  context: Context,
  trx: Trx,
  [tenant, id, actor, check]: Parameters<ApiKeyStore['revokeApiKey']>,
): Promise<ApiKey | null> {
  const row = await lockKey(trx, tenant, id);
  if (row === undefined) return null;
  const at = await context.now(trx);
  if (row.revoked_at !== null) return toKey(row, at);
  check?.(toKey(row, at));
  await trx.updateTable('api_keys').set({ revoked_at: at }).where('id', '=', id).execute();
  const key = toKey({ ...row, revoked_at: at }, at);
  await append(context, trx, { tenant, type: 'api-key.revoked', actor, data: entryOf(key) });
  return key;
}

export const apiKeysStore = (context: Context): ApiKeyStore => ({
  createApiKey: (tenant, key, actor) =>
    transact(context, async (trx) => {
      const at = await context.now(trx);
      const made = await insert(trx, tenant, { ...key, actor: `key:${key.id}` }, actor, at);
      await append(context, trx, { tenant, type: 'api-key.created', actor, data: entryOf(made) });
      return made;
    }),

  async apiKeyInUse(id) {
    const query = context.db
      .selectFrom('api_keys')
      .select(['tenant_id as tenant', 'actor', 'scopes', 'secret_hash', 'expires_at', 'revoked_at']);
    return (await query.where('id', '=', id).executeTakeFirst()) ?? null;
  },

  async getApiKey(tenant, id) {
    const query = context.db.selectFrom('api_keys').select(COLUMNS).where('tenant_id', '=', tenant);
    const row = await query.where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : toKey(row, await context.now(context.db));
  },

  async listApiKeys(tenant, query) {
    const rows = await context.db
      .selectFrom('api_keys')
      .select(COLUMNS)
      .where('tenant_id', '=', tenant)
      .$if(query.after !== undefined, (q) => q.where(beyond('created_at', query.after!)))
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(query.limit + 1)
      .execute();
    const now = await context.now(context.db);
    return toPage(
      rows.map((row) => toKey(row, now)),
      query,
      (key) => key.created_at,
    );
  },

  rotateApiKey: (tenant, id, next, actor, check) =>
    transact(context, (trx) => rotate(context, trx, [tenant, id], next, actor, check)),

  revokeApiKey: (...input) => transact(context, (trx) => revoke(context, trx, input)),

  async noteApiKeyUse(id) {
    const at = await context.now(context.db);
    const update = context.db.updateTable('api_keys').set({ last_used_at: at }).where('id', '=', id);
    await update
      .where(sql<boolean>`(last_used_at is null or last_used_at <= ${later(at, -NOTE_SECONDS * 1000)}::timestamptz)`)
      .execute();
  },
});
