// Webhook endpoints and their keys. Every change has its entry in the ledger; the URL is not in it.
import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { WebhookEndpoint } from '../domain/webhook.ts';
import type { NewWebhookEndpoint, NewWebhookSecret, WebhookChange, WebhookStore } from '../runs/ports.ts';
import { beyond, type Context, type Db, lockName, type Trx, toPage, transact } from './db.ts';
import { append } from './ledger.ts';

const COLUMNS = [
  ...(['id', 'url', 'description', 'recipient', 'events', 'state', 'disabled_reason', 'failing_since'] as const),
  ...(['created_at', 'updated_at', 'version'] as const),
] as const;

/** Those that clients see: an OpenDSR callback belongs to its request. */
const endpoints = (db: Db, tenant: string) =>
  db
    .selectFrom('webhook_endpoints')
    .select(COLUMNS)
    .where('tenant_id', '=', tenant)
    .where('request_id', 'is', null)
    .where('deleted_at', 'is', null);

type Row = Omit<WebhookEndpoint, 'keys' | 'events'> & { events: string[] };

async function withKeys(context: Context, db: Db, tenant: string, rows: Row[]): Promise<WebhookEndpoint[]> {
  if (rows.length === 0) return [];
  const now = await context.now(db);
  const keys = await db
    .selectFrom('webhook_secrets')
    .select(['endpoint_id', 'public_key', 'created_at', 'expires_at'])
    .where('tenant_id', '=', tenant)
    .where(
      'endpoint_id',
      'in',
      rows.map((row) => row.id),
    )
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
  const of = Map.groupBy(keys, (key) => key.endpoint_id);
  return rows.map(
    (row) => ({ ...row, keys: (of.get(row.id) ?? []).map(({ endpoint_id: _, ...key }) => key) }) as WebhookEndpoint,
  );
}

async function load(context: Context, db: Db, tenant: string, id: string): Promise<WebhookEndpoint | null> {
  const row = await endpoints(db, tenant).where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : (await withKeys(context, db, tenant, [row]))[0]!;
}

export type AskedEndpoint = Parameters<WebhookStore['deleteWebhookEndpoint']>[0];

/** The endpoint under its lock; null for an unknown one. */
export async function lockEndpoint(trx: Trx, { tenant, id, check }: AskedEndpoint) {
  const row = await endpoints(trx, tenant).where('id', '=', id).forNoKeyUpdate().executeTakeFirst();
  if (row === undefined) return null;
  check?.(row.version);
  return row;
}

const update = (trx: Trx, tenant: string, id: string, at: string) =>
  trx
    .updateTable('webhook_endpoints')
    .set((eb) => ({ updated_at: at, version: eb('version', '+', 1) }))
    .where('tenant_id', '=', tenant)
    .where('id', '=', id);

const secretRow = (tenant_id: string, endpoint_id: string, created_at: string, secret: NewWebhookSecret) => ({
  ...{ id: uuid(), tenant_id, endpoint_id, created_at, expires_at: null, ...secret },
});

async function create(context: Context, trx: Trx, given: NewWebhookEndpoint, most: number) {
  const { tenant, actor, url, description, recipient = null, events, secret } = given;
  // so that two together do not pass a limit that each of them keeps
  await lockName(trx, `webhook-endpoints/${tenant}`);
  if ((await endpoints(trx, tenant).limit(most).execute()).length >= most) return { status: 'too_many' } as const;
  const at = await context.now(trx);
  const id = uuid();
  await trx
    .insertInto('webhook_endpoints')
    .values({
      ...{ id, tenant_id: tenant, request_id: null, told: null, url, description, recipient },
      ...{
        events: JSON.stringify(events),
        state: 'enabled',
        disabled_reason: null,
        failing_since: null,
        paused_until: null,
        deleted_at: null,
      },
      ...{ created_at: at, updated_at: at, version: 1 },
    })
    .execute();
  await trx
    .insertInto('webhook_secrets')
    .values(secretRow(tenant, id, at, secret))
    .execute();
  const whose = recipient === null ? {} : { recipient };
  const data = { webhook_endpoint_id: id, events, public_key: secret.public_key, ...whose };
  await append(context, trx, { tenant, type: 'webhook-endpoint.created', actor, data });
  return { status: 'created', endpoint: (await load(context, trx, tenant, id))! } as const;
}

async function change(context: Context, trx: Trx, asked: AskedEndpoint, wish: WebhookChange) {
  const { tenant, id, actor } = asked;
  const before = await lockEndpoint(trx, asked);
  if (before === null) return null;
  const { url, description, events, state } = wish;
  const at = await context.now(trx);
  const turned = state !== undefined && state !== before.state;
  // what the old receiver asked for, or did not take, is nothing to the new one
  const anew = (turned && state === 'enabled') || (url !== undefined && url !== before.url);
  await update(trx, tenant, id, at)
    .set({
      ...(url === undefined ? {} : { url }),
      ...(description === undefined ? {} : { description }),
      ...(events === undefined ? {} : { events: JSON.stringify(events) }),
      ...(turned ? { state, disabled_reason: state === 'disabled' ? ('asked' as const) : null } : {}),
      ...(anew ? { failing_since: null, paused_until: null } : {}),
    })
    .execute();
  if (anew) {
    const waiting = trx.updateTable('webhook_deliveries').set({ next_attempt_at: at }).where('tenant_id', '=', tenant);
    const due = await waiting.where('endpoint_id', '=', id).where('state', '=', 'queued').execute();
    if (Number(due[0]?.numUpdatedRows ?? 0n) > 0) context.outbox.set(trx, new Set([id]));
  }
  const verb = turned ? (state === 'enabled' ? 'enabled' : 'disabled') : 'changed';
  const data = {
    ...{ webhook_endpoint_id: id, fields: Object.keys(wish), events },
    reason: turned && state === 'disabled' ? 'asked' : undefined,
  };
  await append(context, trx, { tenant, type: `webhook-endpoint.${verb}`, actor, data });
  return load(context, trx, tenant, id);
}

async function rotate(context: Context, trx: Trx, asked: AskedEndpoint, secret: NewWebhookSecret, overlap_ms: number) {
  const { tenant, id, actor } = asked;
  if ((await lockEndpoint(trx, asked)) === null) return null;
  const at = await context.now(trx);
  const until = new Date(Date.parse(at) + overlap_ms).toISOString();
  const secrets = () =>
    trx.updateTable('webhook_secrets').where('tenant_id', '=', tenant).where('endpoint_id', '=', id);
  // two generations at a time: whoever rotates twice means that the first is not to be trusted
  await secrets().set({ expires_at: at }).where('expires_at', '>', at).execute();
  await secrets().set({ expires_at: until }).where('expires_at', 'is', null).execute();
  await trx
    .insertInto('webhook_secrets')
    .values(secretRow(tenant, id, at, secret))
    .execute();
  await update(trx, tenant, id, at).execute();
  const data = { webhook_endpoint_id: id, public_key: secret.public_key, old_expires_at: until };
  await append(context, trx, { tenant, type: 'webhook-endpoint.rotated', actor, data });
  return load(context, trx, tenant, id);
}

async function remove(context: Context, trx: Trx, asked: AskedEndpoint): Promise<boolean> {
  const { tenant, id, actor } = asked;
  if ((await lockEndpoint(trx, asked)) === null) return false;
  const at = await context.now(trx);
  await update(trx, tenant, id, at).set({ deleted_at: at }).execute();
  const secrets = trx.deleteFrom('webhook_secrets').where('tenant_id', '=', tenant);
  await secrets.where('endpoint_id', '=', id).execute();
  const waiting = sql`
    update webhook_deliveries set state = 'failed', reason = 'deleted', finished_at = ${at}, next_attempt_at = null,
      lease_owner = null, lease_expires_at = null, fence = fence + 1
    where tenant_id = ${tenant} and endpoint_id = ${id} and state in ('queued', 'running')`;
  await waiting.execute(trx);
  await append(context, trx, {
    ...{ tenant, type: 'webhook-endpoint.deleted', actor, data: { webhook_endpoint_id: id } },
  });
  return true;
}

export const webhookEndpointsStore = (
  context: Context,
): Pick<
  WebhookStore,
  | ('createWebhookEndpoint' | 'getWebhookEndpoint' | 'listWebhookEndpoints' | 'changeWebhookEndpoint')
  | ('rotateWebhookSecret' | 'deleteWebhookEndpoint')
> => ({
  createWebhookEndpoint: (given, most) => transact(context, (trx) => create(context, trx, given, most)),
  getWebhookEndpoint: (tenant, id) => load(context, context.db, tenant, id),
  async listWebhookEndpoints(tenant, query) {
    const rows = await endpoints(context.db, tenant)
      .$if(query.after !== undefined, (q) => q.where(beyond('created_at', query.after!)))
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(query.limit + 1)
      .execute();
    const { items, next } = toPage(rows, query, (row) => row.created_at);
    return { items: await withKeys(context, context.db, tenant, items), next };
  },
  changeWebhookEndpoint: (asked, wish) => transact(context, (trx) => change(context, trx, asked, wish)),
  rotateWebhookSecret: (asked, secret, overlap_ms) =>
    transact(context, (trx) => rotate(context, trx, asked, secret, overlap_ms)),
  deleteWebhookEndpoint: (asked) => transact(context, (trx) => remove(context, trx, asked)),
});
