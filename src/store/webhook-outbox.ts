// The transactional outbox: what a decision tells whom is written beside its entry of the ledger, or not at all.
import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import { type OpenDsrStatus, statusOf } from '../domain/opendsr.ts';
import type { RequestState } from '../domain/states.ts';
import { type Draft, draftsOf } from '../domain/webhook-drafts.ts';
import { bodyOf, isWanted, requestEvents, type WebhookEventType } from '../domain/webhook-events.ts';
import type { LedgerEntry } from '../runs/ports.ts';
import type { Asks } from './asks.ts';
import type { Context, Trx } from './db.ts';

/** Rows of one insert: Postgres takes 65,535 parameters. */
const CHUNK = 2000;

interface Listener {
  id: string;
  tenant_id: string;
  request_id: string | null;
  events: string[];
  told: OpenDsrStatus | null;
  /** Of weights, whose address it is. */
  recipient: string | null;
}
interface Told {
  tenant: string;
  at: string;
  draft: Draft;
}
interface Happened {
  tenant: string;
  at: string;
  request_id: string | null;
  type: WebhookEventType;
  data: Record<string, unknown>;
}

const requestsIn = (drafts: readonly Draft[]): string[] => [
  ...new Set(drafts.flatMap((draft) => (draft.about === 'request' ? [draft.request_id] : []))),
];

/** Enabled endpoints that may want any of what these entries tell of. */
export async function listenersOf(
  { ask }: Asks,
  entries: readonly Pick<LedgerEntry, 'tenant' | 'type' | 'data'>[],
): Promise<Listener[]> {
  const telling = entries.map((entry) => ({ tenant: entry.tenant, drafts: draftsOf(entry) }));
  const some = telling.filter(({ drafts }) => drafts.length > 0);
  if (some.length === 0) return [];
  const tenants = [...new Set(some.map(({ tenant }) => tenant))];
  return ask<Listener>({
    text: `select id, tenant_id, request_id, events, told, recipient from webhook_endpoints
      where tenant_id = any($1::text[]) and state = 'enabled' and deleted_at is null
        and (request_id is null or request_id = any($2::uuid[]))`,
    values: [tenants, requestsIn(some.flatMap(({ drafts }) => drafts))],
  });
}

/** With the state that each request is in within the transaction. */
async function happened(trx: Trx, told: readonly Told[]): Promise<Happened[]> {
  const ids = requestsIn(told.map(({ draft }) => draft));
  const states = new Map<string, { state: Parameters<typeof requestEvents>[1]; version: number }>();
  for (let from = 0; from < ids.length; from += CHUNK) {
    const query = trx.selectFrom('deletion_requests').select(['id', 'state', 'version']);
    for (const row of await query.where('id', 'in', ids.slice(from, from + CHUNK)).execute()) states.set(row.id, row);
  }
  return told.flatMap(({ tenant, at, draft }): Happened[] => {
    if (draft.about === 'other') return [{ tenant, at, request_id: null, type: draft.type, data: draft.data }];
    const { request_id, run_id, change } = draft;
    const now = states.get(request_id);
    if (now === undefined) return [];
    const { state, version } = now;
    const links = { self: `/v1/deletion-requests/${request_id}` };
    const data = { deletion_request_id: request_id, state, version, run_id, links };
    return requestEvents(change, state).map((type) => ({ tenant, at, request_id, type, data }));
  });
}

/** One event and its deliveries; the caller has the transaction. */
export async function tell(
  context: Context,
  trx: Trx,
  messages: readonly { tenant: string; at: string; type: string; body: string; endpoints: readonly string[] }[],
): Promise<string[]> {
  const events = messages.map((message) => ({ ...message, id: uuid() }));
  const deliveries = events.flatMap(({ id, tenant, at, endpoints }) =>
    endpoints.map((endpoint_id) => ({
      ...{ id: uuid(), tenant_id: tenant, endpoint_id, event_id: id, state: 'queued' as const, reason: null },
      ...{ round_attempts: 0, next_attempt_at: at, restarts: 0, fence: 0, created_at: at },
    })),
  );
  const rows = events.map(({ id, tenant, at, type, body }) => ({ id, tenant_id: tenant, type, body, created_at: at }));
  for (let from = 0; from < rows.length; from += CHUNK)
    await trx
      .insertInto('webhook_events')
      .values(rows.slice(from, from + CHUNK))
      .execute();
  for (let from = 0; from < deliveries.length; from += CHUNK)
    await trx
      .insertInto('webhook_deliveries')
      .values(deliveries.slice(from, from + CHUNK))
      .execute();
  const rung = context.outbox.get(trx) ?? new Set<string>();
  for (const { endpoint_id } of deliveries) rung.add(endpoint_id);
  context.outbox.set(trx, rung);
  return deliveries.map(({ id }) => id);
}

/** Of which a recipient of weights has to hear (Art. 19). */
const OF_WEIGHTS: readonly WebhookEventType[] = [
  ...(['checkpoint.replaced', 'checkpoint.retired', 'checkpoint.deleted', 'model.deleted'] as const),
];

/** Which addresses of recipients an event is for: those who got the checkpoint, or one of the model, and have not heard. */
async function addressees(trx: Trx, events: readonly Happened[], all: readonly Listener[]) {
  const bound = all.filter((one) => one.recipient !== null);
  const found = new Map<Happened, Set<string>>();
  for (const event of bound.length === 0 ? [] : events) {
    if (!OF_WEIGHTS.includes(event.type)) continue;
    const { checkpoint_id = null, model_id } = event.data as { checkpoint_id?: string; model_id: string };
    const { rows } = await sql<{ recipient: string }>`
      select distinct r.recipient from recipients r
      where r.tenant_id = ${event.tenant} and r.told_at is null and r.recipient = any(${bound.map((one) => one.recipient)}::text[])
        and (r.digest = ${checkpoint_id}::text or (${checkpoint_id}::text is null and r.digest in (
          select c.digest from checkpoints c where c.tenant_id = r.tenant_id and c.model_id = ${model_id}::uuid)))
        and not exists (select from models m
          where m.tenant_id = r.tenant_id and m.active = r.digest and m.deleted_at is null)`.execute(trx);
    found.set(event, new Set(rows.map((row) => row.recipient)));
  }
  return (one: Listener, event: Happened): boolean =>
    one.recipient === null || (found.get(event)?.has(one.recipient) ?? false);
}

/** Writes what entries that were just appended tell whoever listens. */
export async function writeOutbox(
  context: Context,
  { trx }: Asks,
  entries: readonly LedgerEntry[],
  all: readonly Listener[],
): Promise<void> {
  const told = entries.flatMap((entry): Told[] =>
    draftsOf(entry).map((draft) => ({ tenant: entry.tenant, at: entry.at, draft })),
  );
  const of = Map.groupBy(all, (one) => one.request_id ?? one.tenant_id);
  const turned = new Set<Listener>();
  const events = await happened(trx, told);
  const isFor = await addressees(trx, events, all);
  const messages = events.flatMap((event) => {
    const { tenant, at, request_id, type, data } = event;
    const listening = (of.get(tenant) ?? []).filter((one) => isWanted(one.events, type) && isFor(one, event));
    const called = (request_id === null ? [] : (of.get(request_id) ?? [])).filter((one) => turns(one, data.state));
    for (const one of called) turned.add(one);
    const endpoints = [...listening, ...called].map((one) => one.id);
    return endpoints.length === 0 ? [] : [{ tenant, at, type, body: bodyOf(type, at, data), endpoints }];
  });
  for (const [status, some] of Map.groupBy(turned, (one) => one.told))
    await trx
      .updateTable('webhook_endpoints')
      .set({ told: status })
      .where(
        'id',
        'in',
        some.map((one) => one.id),
      )
      .execute();
  await tell(context, trx, messages);
}

/** Whether a callback does not know of the status yet that a state is in the words of OpenDSR; it does from then on. */
function turns(callback: Listener, state: unknown): boolean {
  const status = statusOf(state as RequestState);
  if (callback.told === status) return false;
  callback.told = status;
  return true;
}
