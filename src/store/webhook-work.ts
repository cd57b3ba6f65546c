// What a worker asks of deliveries: which are due, one by lease, and what came of it.
import { type RawBuilder, sql } from 'kysely';
import { FAILURES_APART_MS } from '../domain/webhook-schedule.ts';
import type { AfterAttempt, WebhookClaim, WebhookStore } from '../runs/ports.ts';
import { type Context, type Trx, transact } from './db.ts';
import { leaseIsLive, leasesOf } from './leases.ts';
import { append } from './ledger.ts';
import { callbackFacts } from './opendsr.ts';
import { tellIn } from './recipients.ts';

/**
 * Callbacks of one request are sent one at a time, the oldest that is due first: they say how it stands when they are sent, and whoever is
 * called back takes the last for the present.
 */
const itsTurn = (now: string): RawBuilder<boolean> => sql<boolean>`
  not exists (
    select from webhook_endpoints w join webhook_deliveries o on o.tenant_id = w.tenant_id and o.endpoint_id = w.id
    where w.tenant_id = webhook_deliveries.tenant_id and w.id = webhook_deliveries.endpoint_id and w.request_id is not null
      and o.id <> webhook_deliveries.id and ((o.state = 'running' and ${leaseIsLive})
        or (o.state in ('queued', 'running') and o.id < webhook_deliveries.id and o.next_attempt_at <= ${now}::timestamptz)))`;
/** Due, and of an endpoint that takes something. */
const due = (now: string): RawBuilder<boolean> => sql<boolean>`
  next_attempt_at <= ${now}::timestamptz and exists (
    select from webhook_endpoints w where w.tenant_id = webhook_deliveries.tenant_id
      and w.id = webhook_deliveries.endpoint_id and w.state = 'enabled' and w.deleted_at is null
      and (w.paused_until is null or w.paused_until <= ${now}::timestamptz))
  and ${itsTurn(now)}`;
const free = sql<boolean>`(state = 'queued' or (state = 'running' and not ${leaseIsLive}))`;

interface FailingEndpoint {
  tenant_id: string;
  endpoint_id: string;
  failing_since: string | null;
}

/** An attempt that a lost worker may have made is made again, however often. */
const MAX_RESTARTS = 1_000_000_000;

/** Of an endpoint that fails since `failing_since`: whatever was tried there since then has failed. */
async function failedLately({ db }: Context, claimed: FailingEndpoint, now: string): Promise<boolean> {
  const { tenant_id, endpoint_id, failing_since } = claimed;
  if (failing_since === null) return false;
  const from = Date.parse(now) - FAILURES_APART_MS;
  if (Date.parse(failing_since) > from) return true;
  const after = sql`${new Date(from).toISOString()}::timestamptz`;
  const { rows } = await sql`
    select 1 from webhook_deliveries d
    join webhook_attempts a on a.tenant_id = d.tenant_id and a.delivery_id = d.id and a.at > ${after}
    where d.tenant_id = ${tenant_id} and d.endpoint_id = ${endpoint_id}
      and (d.finished_at is null or d.finished_at > ${after}) limit 1`.execute(db);
  return rows.length > 0;
}

async function loadClaim(context: Context, id: string, fence: number): Promise<WebhookClaim | null> {
  const { db } = context;
  const row = await db
    .selectFrom('webhook_deliveries as d')
    .innerJoin('webhook_events as e', (join) =>
      join.onRef('e.tenant_id', '=', 'd.tenant_id').onRef('e.id', '=', 'd.event_id'),
    )
    .innerJoin('webhook_endpoints as w', (join) =>
      join.onRef('w.tenant_id', '=', 'd.tenant_id').onRef('w.id', '=', 'd.endpoint_id'),
    )
    .select(['d.tenant_id', 'd.endpoint_id', 'd.event_id', 'd.round_attempts', 'e.type', 'e.body'])
    .select(['w.url', 'w.request_id', 'w.failing_since'])
    .where('d.id', '=', id)
    .where('d.fence', '=', fence)
    .executeTakeFirst();
  if (row === undefined) return null;
  const now = await context.now(db);
  const secrets = await db
    .selectFrom('webhook_secrets')
    .select('sealed')
    .where('tenant_id', '=', row.tenant_id)
    .where('endpoint_id', '=', row.endpoint_id)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
  const { tenant_id, endpoint_id, event_id, type, body, url, request_id, failing_since, round_attempts } = row;
  return {
    ...{ id, tenant: tenant_id, fence, round_attempts, secrets: secrets.map(({ sealed }) => sealed) },
    endpoint: { id: endpoint_id, url, request_id, failing_since, failed_lately: await failedLately(context, row, now) },
    event: { id: event_id, type, body },
    callback: request_id === null ? null : await callbackFacts(db, tenant_id, request_id),
  };
}

/** What the old receiver did not take goes to the new one. */
const AT_ONCE: AfterAttempt = { state: 'waiting', next_ms: 0, pause_ms: null, disable: null };

/** Whether the endpoint has got another URL since the claim. */
async function hasMoved(trx: Trx, { tenant, endpoint }: WebhookClaim): Promise<boolean> {
  const { rows } = await sql`
    select from webhook_endpoints where tenant_id = ${tenant} and id = ${endpoint.id} and url <> ${endpoint.url}`.execute(
    trx,
  );
  return rows.length > 0;
}

/** Nothing, where the endpoint has another URL since: what one receiver answers says nothing of another. */
async function writeEndpoint(context: Context, trx: Trx, claim: WebhookClaim, then: AfterAttempt, worker: string) {
  const { tenant, endpoint } = claim;
  const at = await context.now(trx);
  const change = (set: RawBuilder<unknown>, where: RawBuilder<boolean>) =>
    sql`
    update webhook_endpoints set ${set}
    where tenant_id = ${tenant} and id = ${endpoint.id} and url = ${endpoint.url} and ${where}`.execute(trx);
  if (then.state === 'delivered') {
    await change(
      sql`failing_since = null, paused_until = null, version = version + 1`,
      sql<boolean>`failing_since is not null`,
    );
    return;
  }
  // by what it was when this attempt began: a neighbouring one may have been taken since, or begun anew
  const asClaimed = sql<boolean>`failing_since is not distinct from ${endpoint.failing_since}::timestamptz`;
  await change(
    sql`failing_since = ${at}::timestamptz, version = version + 1`,
    endpoint.failed_lately
      ? sql<boolean>`failing_since is null`
      : sql<boolean>`(failing_since is null or ${asClaimed})`,
  );
  if (then.pause_ms !== null) {
    const until = new Date(Date.parse(at) + then.pause_ms).toISOString();
    await change(sql`paused_until = ${until}::timestamptz`, sql<boolean>`coalesce(paused_until < ${until}, true)`);
  }
  if (then.disable === null) return;
  const { numAffectedRows } = await change(
    sql`state = 'disabled', disabled_reason = ${then.disable}, updated_at = ${at}::timestamptz, version = version + 1`,
    then.disable === 'failing' ? sql<boolean>`state = 'enabled' and ${asClaimed}` : sql<boolean>`state = 'enabled'`,
  );
  if ((numAffectedRows ?? 0n) === 0n) return;
  const data = { webhook_endpoint_id: endpoint.id, reason: then.disable };
  await append(context, trx, { tenant, type: 'webhook-endpoint.disabled', actor: worker, data });
}

/** Endpoints that were deleted so long ago that nothing of their log is left. */
async function dropDeleted({ db }: Context, before: string): Promise<void> {
  const old = sql`w.deleted_at < ${before}::timestamptz and not exists (
    select from webhook_deliveries d where d.tenant_id = w.tenant_id and d.endpoint_id = w.id)`;
  await sql`delete from webhook_secrets s using webhook_endpoints w
    where w.tenant_id = s.tenant_id and w.id = s.endpoint_id and ${old}`.execute(db);
  await sql`delete from webhook_endpoints w where ${old}`.execute(db);
}

/** Whoever took a message at the address of a recipient of weights has been told of them. */
async function noteHeard(context: Context, trx: Trx, { id, tenant, endpoint, event }: WebhookClaim, actor: string) {
  const query = trx.selectFrom('webhook_endpoints').select('recipient').where('tenant_id', '=', tenant);
  const { recipient } = await query.where('id', '=', endpoint.id).executeTakeFirstOrThrow();
  if (recipient === null) return;
  const { data } = JSON.parse(event.body) as { data: { checkpoint_id?: string; model_id?: string } };
  const { checkpoint_id, model_id } = data;
  const of = checkpoint_id !== undefined ? { digest: checkpoint_id } : model_id !== undefined ? { model_id } : null;
  if (of !== null) await tellIn(context, trx, tenant, { recipient, of, how: 'webhook', actor, delivery_id: id });
}

export const webhookWorkStore = (
  context: Context,
): Pick<
  WebhookStore,
  | ('dueWebhookDeliveries' | 'claimWebhookDelivery' | 'releaseWebhookDelivery' | 'recordWebhookAttempt')
  | ('webhookEndpointsToRing' | 'deleteOldWebhookEvents')
> => {
  const leases = leasesOf(context, 'webhook_deliveries', due);
  return {
    async dueWebhookDeliveries(endpointId, limit) {
      const now = await context.now(context.db);
      const { rows } = await sql<{ id: string }>`
        select id from webhook_deliveries where endpoint_id = ${endpointId} and ${free} and ${due(now)}
        order by next_attempt_at, id limit ${limit}`.execute(context.db);
      return rows.map(({ id }) => id);
    },

    async claimWebhookDelivery(id, worker, lease_ms) {
      const options = { lease_ms, max_restarts: MAX_RESTARTS };
      const fence = await leases.claim(id, worker, options, async () => undefined);
      return fence === null ? null : loadClaim(context, id, fence);
    },

    releaseWebhookDelivery: leases.release,

    recordWebhookAttempt: (claim, attempt, found, worker) =>
      transact(context, async (trx) => {
        const { id, fence, tenant, round_attempts } = claim;
        const then = found.state !== 'delivered' && (await hasMoved(trx, claim)) ? AT_ONCE : found;
        const made = { round_attempts: round_attempts + 1 };
        const next = Date.parse(await context.now(trx)) + (then.state === 'waiting' ? then.next_ms : 0);
        const held =
          then.state === 'waiting'
            ? (await leases.change(trx, id, fence, { ...made, next_attempt_at: new Date(next).toISOString() })) &&
              (await leases.release(id, fence, trx))
            : await leases.end(trx, id, fence, then.state === 'delivered' ? 'done' : 'failed', {
                ...{ ...made, next_attempt_at: null },
              });
        if (!held) return false;
        await trx
          .insertInto('webhook_attempts')
          .values({ tenant_id: tenant, delivery_id: id, ...attempt })
          .execute();
        await writeEndpoint(context, trx, claim, then, worker);
        if (then.state === 'delivered') await noteHeard(context, trx, claim, worker);
        return true;
      }),

    async webhookEndpointsToRing() {
      const now = await context.now(context.db);
      const { rows } = await sql<{ endpoint_id: string }>`
        select distinct endpoint_id from webhook_deliveries where ${free} and ${due(now)}`.execute(context.db);
      return rows.map((row) => row.endpoint_id);
    },

    async deleteOldWebhookEvents(older_than_ms) {
      const now = await context.now(context.db);
      const before = new Date(Date.parse(now) - older_than_ms).toISOString();
      await context.db.deleteFrom('webhook_secrets').where('expires_at', '<=', now).execute();
      const { numAffectedRows } = await sql`
        delete from webhook_events e where created_at < ${before}::timestamptz and not exists (
          select from webhook_deliveries where tenant_id = e.tenant_id and event_id = e.id and state in ('queued', 'running')
            and exists (select from webhook_endpoints w where w.tenant_id = webhook_deliveries.tenant_id
              and w.id = webhook_deliveries.endpoint_id and w.state = 'enabled' and w.deleted_at is null))`.execute(
        context.db,
      );
      // callbacks of requests that are long over; what failed or needs review may go on
      await sql`
        delete from webhook_endpoints w using deletion_requests r where r.tenant_id = w.tenant_id and r.id = w.request_id
          and r.completed_at < ${before}::timestamptz and w.told in ('completed', 'cancelled')
          and not exists (select from webhook_deliveries d where d.tenant_id = w.tenant_id and d.endpoint_id = w.id)`.execute(
        context.db,
      );
      await dropDeleted(context, before);
      return Number(numAffectedRows ?? 0n);
    },
  };
};
