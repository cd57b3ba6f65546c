// What clients see and ask of deliveries: the log, a test, a replay.

import type { WebhookAttempt, WebhookDelivery } from '../domain/webhook.ts';
import { bodyOf } from '../domain/webhook-events.ts';
import type { WebhookStore } from '../runs/ports.ts';
import { beyond, type Context, type Db, type Trx, toPage, transact } from './db.ts';
import { append } from './ledger.ts';
import { type AskedEndpoint, lockEndpoint } from './webhook-endpoints.ts';
import { tell } from './webhook-outbox.ts';

const SHOWN = { queued: 'pending', running: 'sending', done: 'delivered', failed: 'failed' } as const;

/** With the name of its event; of endpoints that clients see. */
const deliveries = (db: Db, tenant: string) =>
  db
    .selectFrom('webhook_deliveries as d')
    .innerJoin('webhook_events as e', (join) =>
      join.onRef('e.tenant_id', '=', 'd.tenant_id').onRef('e.id', '=', 'd.event_id'),
    )
    .innerJoin('webhook_endpoints as w', (join) =>
      join.onRef('w.tenant_id', '=', 'd.tenant_id').onRef('w.id', '=', 'd.endpoint_id'),
    )
    .select(['d.id', 'd.endpoint_id', 'd.event_id', 'd.state', 'd.next_attempt_at', 'd.created_at', 'd.finished_at'])
    .select('e.type')
    .where('d.tenant_id', '=', tenant)
    .where('w.request_id', 'is', null)
    .where('w.deleted_at', 'is', null);
type Row = Awaited<ReturnType<ReturnType<typeof deliveries>['executeTakeFirstOrThrow']>>;

async function withAttempts(db: Db, tenant: string, rows: Row[]): Promise<WebhookDelivery[]> {
  if (rows.length === 0) return [];
  const attempts = await db
    .selectFrom('webhook_attempts')
    .select(['delivery_id', 'at', 'status', 'error', 'duration_ms'])
    .where('tenant_id', '=', tenant)
    .where(
      'delivery_id',
      'in',
      rows.map((row) => row.id),
    )
    .orderBy('position')
    .execute();
  const of = Map.groupBy(attempts, (one) => one.delivery_id);
  return rows.map(({ id, endpoint_id, event_id, state, type, next_attempt_at, created_at, finished_at }) => ({
    ...{ id, webhook_endpoint_id: endpoint_id, webhook_id: event_id, type: type as WebhookDelivery['type'] },
    ...{ state: SHOWN[state], next_attempt_at, created_at, finished_at },
    attempts: (of.get(id) ?? []).map(({ delivery_id: _, ...attempt }): WebhookAttempt => attempt),
  }));
}

async function load(db: Db, tenant: string, id: string): Promise<WebhookDelivery | null> {
  const row = await deliveries(db, tenant).where('d.id', '=', id).executeTakeFirst();
  return row === undefined ? null : (await withAttempts(db, tenant, [row]))[0]!;
}

async function test(context: Context, trx: Trx, asked: AskedEndpoint) {
  const { tenant, id } = asked;
  const endpoint = await lockEndpoint(trx, asked);
  if (endpoint === null) return null;
  if (endpoint.state === 'disabled') return 'disabled';
  const at = await context.now(trx);
  const type = 'webhook.test';
  const data = { webhook_endpoint_id: id, links: { self: `/v1/webhook-endpoints/${id}` } };
  const [made] = await tell(context, trx, [{ tenant, at, type, body: bodyOf(type, at, data), endpoints: [id] }]);
  return load(trx, tenant, made!);
}

async function replay(context: Context, trx: Trx, asked: AskedEndpoint) {
  const { tenant, id, actor } = asked;
  const before = await load(trx, tenant, id);
  if (before === null) return null;
  const of = { ...asked, id: before.webhook_endpoint_id };
  if ((await lockEndpoint(trx, of))?.state !== 'enabled') return 'disabled';
  const at = await context.now(trx);
  await trx
    .updateTable('webhook_deliveries')
    .set((eb) => ({
      ...{ state: 'queued', reason: null, round_attempts: 0, next_attempt_at: at, finished_at: null },
      // whoever sends it at this moment may not write what came of that
      ...{ fence: eb('fence', '+', 1), lease_owner: null, lease_expires_at: null },
    }))
    .where('tenant_id', '=', tenant)
    .where('id', '=', id)
    .execute();
  context.outbox.set(trx, new Set([of.id]));
  const data = { webhook_delivery_id: id, webhook_endpoint_id: of.id };
  await append(context, trx, { tenant, type: 'webhook-delivery.replayed', actor, data });
  return load(trx, tenant, id);
}

export const webhookDeliveriesStore = (
  context: Context,
): Pick<
  WebhookStore,
  'testWebhookEndpoint' | 'listWebhookDeliveries' | 'getWebhookDelivery' | 'replayWebhookDelivery'
> => ({
  testWebhookEndpoint: (asked) => transact(context, (trx) => test(context, trx, asked)),
  getWebhookDelivery: (tenant, id) => load(context.db, tenant, id),
  async listWebhookDeliveries(tenant, endpointId, query) {
    const rows = await deliveries(context.db, tenant)
      .where('d.endpoint_id', '=', endpointId)
      .$if(query.after !== undefined, (q) => q.where(beyond('d.created_at', query.after!, 'd.id')))
      .orderBy('d.created_at', 'desc')
      .orderBy('d.id', 'desc')
      .limit(query.limit + 1)
      .execute();
    const { items, next } = toPage(rows, query, (row) => row.created_at);
    return { items: await withAttempts(context.db, tenant, items), next };
  },
  replayWebhookDelivery: (asked) => transact(context, (trx) => replay(context, trx, asked)),
});
