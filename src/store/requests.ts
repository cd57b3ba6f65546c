// Deletion requests as they are read: rows with their targets, identifier types and certificates.
import { type Selectable, sql } from 'kysely';
import { durationOf } from '../domain/duration.ts';
import type { RequestEvent } from '../domain/lifecycle.ts';
import type { DeletionRequest, Target } from '../domain/resources.ts';
import type { RequestState } from '../domain/states.ts';
import { ExpungeError } from '../errors.ts';
import { subjectDigest } from '../runs/digests.ts';
import type { Store } from '../runs/ports.ts';
import { beyond, type Context, type Db, toPage } from './db.ts';
import { decisionsOf } from './decisions.ts';
import { eventsOf } from './events.ts';
import { grouped } from './groups.ts';
import { isOpen } from './open-requests.ts';
import type { DeletionRequestsTable } from './schema-requests.ts';

const COLUMNS = [
  'id',
  'external_id',
  'group_id',
  'state',
  'ground',
  'method',
  'asked_records',
  'verified_at',
  'starts_after',
  'approval_required',
  'approved_at',
  'urgent',
  'suspicion',
  'reverify_seconds',
  'submitted_at',
  'received_at',
  'due_at',
  'completed_at',
  'erased_at',
  'updated_at',
  'version',
] as const;
type RequestRow = Pick<Selectable<DeletionRequestsTable>, (typeof COLUMNS)[number]>;

const targetsOf = (db: Db, tenant: string, ids: readonly string[]) =>
  db
    .selectFrom('request_targets as t')
    .innerJoin('models as m', (join) => join.onRef('m.tenant_id', '=', 't.tenant_id').onRef('m.id', '=', 't.model_id'))
    .leftJoin('certificates as c', (join) =>
      join.onRef('c.tenant_id', '=', 't.tenant_id').onRef('c.target_id', '=', 't.id').on('c.revoked_at', 'is', null),
    )
    .select(['t.request_id', 't.id', 't.model_id', 'm.name as model_name', 't.state', 't.reason', 't.run_id'])
    .select(['c.id as certificate_id', 't.records', 't.updated_at'])
    .where('t.tenant_id', '=', tenant)
    .where('t.request_id', 'in', ids)
    .orderBy('t.id')
    .execute();

const certificatesOf = (db: Db, tenant: string, ids: readonly string[]) =>
  db
    .selectFrom('certificates')
    .select(['request_id', 'id'])
    .where('tenant_id', '=', tenant)
    .where('request_id', 'in', ids)
    .where('revoked_at', 'is', null)
    .orderBy('id')
    .execute();

const typesOf = (db: Db, tenant: string, ids: readonly string[]) =>
  db
    .selectFrom('request_subjects')
    .select(['request_id', 'type'])
    .distinct()
    .where('tenant_id', '=', tenant)
    .where('request_id', 'in', ids)
    .orderBy('type')
    .execute();

interface Parts {
  /** In the order of their ids. */
  targets: Target[];
  /** Of identifiers, each once, in order. */
  types: string[];
  events: RequestEvent[];
  certificates: string[];
}

/** A request as its row and the other tables have it. The row may hold more than is shown. */
export function shownRequest(row: RequestRow, { targets, types, events, certificates }: Parts): DeletionRequest {
  const { id, external_id, group_id, state, method, submitted_at, received_at } = row;
  return {
    ...{ id, external_id, group_id, state, method, submitted_at, received_at, due_at: row.due_at },
    ...{ completed_at: row.completed_at, erased_at: row.erased_at },
    ...{ updated_at: row.updated_at, version: row.version },
    ...{ suspicion: row.suspicion, urgent: row.urgent },
    ...decisionsOf(row, events),
    reverify_for: row.reverify_seconds === null ? null : durationOf(row.reverify_seconds),
    records: row.asked_records,
    ground: row.ground as DeletionRequest['ground'],
    identifier_types: types,
    targets,
    certificate_ids: certificates,
  };
}

/** Adds what the other tables say about these requests, in four queries however many they are. */
async function complete(db: Db, tenant: string, rows: RequestRow[]): Promise<DeletionRequest[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const targets = Map.groupBy(await targetsOf(db, tenant, ids), (target) => target.request_id);
  const certificates = Map.groupBy(await certificatesOf(db, tenant, ids), (certificate) => certificate.request_id);
  const types = Map.groupBy(await typesOf(db, tenant, ids), (subject) => subject.request_id);
  const events = Map.groupBy(await eventsOf(db, tenant, ids), (event) => event.request_id);
  return rows.map((row) =>
    shownRequest(row, {
      targets: (targets.get(row.id) ?? []).map(({ request_id: _, ...target }): Target => target),
      types: (types.get(row.id) ?? []).map((subject) => subject.type),
      events: events.get(row.id) ?? [],
      certificates: (certificates.get(row.id) ?? []).map((certificate) => certificate.id),
    }),
  );
}

export async function loadRequest(db: Db, tenant: string, id: string): Promise<DeletionRequest | null> {
  const query = db.selectFrom('deletion_requests').select(COLUMNS).where('tenant_id', '=', tenant);
  const rows = await query.where('id', '=', id).execute();
  return (await complete(db, tenant, rows))[0] ?? null;
}

type SeenRequest = Pick<DeletionRequest, 'state' | 'version'>;

/** Polls that come while the last ones are asked for are asked for together: each sees what was there after it came. */
function seenTogether(db: Db): Store['requestSeen'] {
  const seen = grouped<{ tenant: string; id: string }, SeenRequest | null>({
    kind: ({ tenant }) => tenant,
    async commit(asked) {
      const ids = [...new Set(asked.map(({ id }) => id))];
      const { rows } = await sql<SeenRequest & { id: string }>`
        select id, state, version from deletion_requests
        where tenant_id = ${asked[0]!.tenant} and id = any(${ids}::uuid[])`.execute(db);
      const found = new Map(rows.map((row) => [row.id, row]));
      return asked.map(({ id }) => found.get(id) ?? null);
    },
    // what fails for one fails for all
    uncertain: () => true,
    atOnce: 2,
  });
  return (tenant, id) => seen({ tenant, id });
}

export const requestsStore = ({
  db,
}: Context): Pick<Store, 'getRequest' | 'requestSeen' | 'listRequests' | 'subjectDigest'> => ({
  getRequest: (tenant, id) => loadRequest(db, tenant, id),
  requestSeen: seenTogether(db),

  async listRequests(tenant, query) {
    const rows = await db
      .selectFrom('deletion_requests')
      .select(COLUMNS)
      .where('tenant_id', '=', tenant)
      .$if(query.state !== undefined, (q) => q.where('state', '=', query.state as RequestState))
      .$if(query.external_id !== undefined, (q) => q.where('external_id', '=', query.external_id!))
      .$if(query.group_id !== undefined, (q) => q.where('group_id', '=', query.group_id!))
      .$if(query.received_from !== undefined, (q) => q.where('received_at', '>=', query.received_from!))
      .$if(query.received_before !== undefined, (q) => q.where('received_at', '<', query.received_before!))
      .$if(query.due_before !== undefined, (q) => q.where(isOpen).where('due_at', '<', query.due_before!))
      .$if(query.after !== undefined, (q) => q.where(beyond('received_at', query.after!)))
      .orderBy('received_at', 'desc')
      .orderBy('id', 'desc')
      .limit(query.limit + 1)
      .execute();
    const page = toPage(rows, query, (row) => row.received_at);
    return { items: await complete(db, tenant, page.items), next: page.next };
  },

  /** `sha256:` and the hash of the sorted keys, one a line; null of a request that names nobody. */
  async subjectDigest(tenant, requestId) {
    const rows = await db
      .selectFrom('request_subjects')
      .select('subject_key')
      .where('tenant_id', '=', tenant)
      .where('request_id', '=', requestId)
      .execute();
    if (rows.length === 0) {
      if ((await loadRequest(db, tenant, requestId)) !== null) return null;
      throw new ExpungeError('not-found', `There is no deletion request ${requestId}.`);
    }
    return subjectDigest(rows.map((row) => row.subject_key));
  },
});
