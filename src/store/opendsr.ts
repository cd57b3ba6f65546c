// What OpenDSR adds to a deletion request: the controller's id of it, and whom to call back.
import { v7 as uuid } from 'uuid';
import type { CreateRequest, OpenDsrStore } from '../runs/ports.ts';
import type { Context, Db, Trx } from './db.ts';
import { loadRequest } from './requests.ts';

/** Every change of status is told; other events of the request are not. */
const EVENTS = JSON.stringify(['deletion_request.*']);

interface Made {
  input: CreateRequest;
  row: { id: string; tenant_id: string; received_at: string };
}

/** In the transaction that takes the requests in. */
export async function insertOpenDsr(trx: Trx, made: readonly Made[]): Promise<void> {
  for (const { input, row } of made) {
    if (input.opendsr === undefined) continue;
    const { callback_urls, ...facts } = input.opendsr;
    const { id: request_id, tenant_id, received_at: at } = row;
    await trx
      .insertInto('opendsr_requests')
      .values({ tenant_id, request_id, ...facts })
      .execute();
    if (callback_urls.length === 0) continue;
    const callbacks = callback_urls.map((url) => ({
      ...{ id: uuid(), tenant_id, request_id, url, description: null, events: EVENTS, told: 'pending' as const },
      ...{ state: 'enabled' as const, disabled_reason: null, failing_since: null, paused_until: null },
      ...{ created_at: at, updated_at: at, version: 1, deleted_at: null },
    }));
    await trx.insertInto('webhook_endpoints').values(callbacks).execute();
  }
}

/** What a callback says. */
export async function callbackFacts(db: Db, tenant: string, requestId: string) {
  const row = await db
    .selectFrom('opendsr_requests as o')
    .innerJoin('deletion_requests as r', (join) =>
      join.onRef('r.tenant_id', '=', 'o.tenant_id').onRef('r.id', '=', 'o.request_id'),
    )
    .select(['o.subject_request_id', 'o.controller_id', 'r.due_at', 'r.state'])
    .where('o.tenant_id', '=', tenant)
    .where('o.request_id', '=', requestId)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { records } = await db
    .selectFrom('request_targets')
    .select((eb) => eb.fn.coalesce(eb.fn.sum<number>('records'), eb.lit(0)).as('records'))
    .where('tenant_id', '=', tenant)
    .where('request_id', '=', requestId)
    .where('state', '=', 'completed')
    .executeTakeFirstOrThrow();
  return { ...row, records: Number(records) };
}

export const opendsrStore = ({ db }: Context): OpenDsrStore => ({
  async getOpenDsrRequest(tenant, subjectRequestId) {
    const facts = await db
      .selectFrom('opendsr_requests')
      .select(['request_id', 'controller_id', 'subject_request_id'])
      .where('tenant_id', '=', tenant)
      .where('subject_request_id', '=', subjectRequestId)
      .executeTakeFirst();
    if (facts === undefined) return null;
    const { request_id, ...rest } = facts;
    const callbacks = await db
      .selectFrom('webhook_endpoints')
      .select(['url', 'state', 'failing_since'])
      .where('tenant_id', '=', tenant)
      .where('request_id', '=', request_id)
      .orderBy('id')
      .execute();
    return { ...rest, request: (await loadRequest(db, tenant, request_id))!, callbacks };
  },
});
