// Taking deletion requests in: who is meant, which models know them, and that nobody asks twice at once.
import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import { oneMonthAfter } from '../domain/deadline.ts';
import { isFinalTarget, isOpenRequest, requestState, type TargetState } from '../domain/states.ts';
import type { Suspicion } from '../domain/suspicion.ts';
import type {
  CreateManyOutcome,
  CreateRequest,
  CreateRequestOutcome,
  CreateRequestRefusal,
  RequestPreview,
  Store,
} from '../runs/ports.ts';
import { type AskedBefore, askedBefore } from './asked-before.ts';
import { type Asks, asking, type Statement, together } from './asks.ts';
import { insertions } from './bulk-insert.ts';
import { type Context, type Trx, timeOf, transact, transactPipelined, unavailable } from './db.ts';
import { waitsAt } from './gates.ts';
import { grouped } from './groups.ts';
import { batchLineRows } from './idempotency.ts';
import { externalLock, recordLocks, serialising, subjectLock } from './intake-locks.ts';
import { appendTo } from './ledger.ts';
import { keysOf, type Match, matcher, type Wish } from './matches.ts';
import { loadModel, modelNames } from './models.ts';
import { insertOpenDsr } from './opendsr.ts';
import { CONNECTIONS } from './pipeline.ts';
import { shownRequest } from './requests.ts';
import { suppresses } from './suppressions.ts';
import { watcher } from './suspicion.ts';

interface NewRequest {
  input: CreateRequest;
  row: ReturnType<typeof rowOf>;
  suspicion: Suspicion | null;
  targets: (Omit<Match, 'again'> & { id: string; state: TargetState })[];
}

function rowOf(input: CreateRequest, suspicion: Suspicion | null, now: string) {
  const { tenant, external_id, ground, submitted_at, actor } = input;
  const { verified = true, cooling_off_ms = 0, approval_required = false, group_id = null, urgent = false } = input;
  return {
    ...{ id: uuid(), tenant_id: tenant, external_id, group_id, ground, submitted_at, created_by: actor },
    ...{ received_at: now, updated_at: now, version: 1, due_at: oneMonthAfter(submitted_at) },
    method: input.method,
    asked_records: input.asked_records ?? null,
    reverify_seconds: input.reverify_seconds ?? null,
    verified_at: verified ? now : null,
    starts_after: cooling_off_ms === 0 ? null : new Date(Date.parse(now) + cooling_off_ms).toISOString(),
    ...{ approval_required: approval_required || suspicion !== null, approved_at: null, urgent },
    suspicion,
    erased_at: null,
    every_model: input.model_ids === null,
    traceparent: input.traceparent ?? null,
  };
}

function newRequest(input: CreateRequest, found: Match[], suspicion: Suspicion | null, now: string): NewRequest {
  const row = rowOf(input, suspicion, now);
  const state = waitsAt(row, now);
  const targets = found.map((one) => ({
    ...{ id: uuid(), model_id: one.model_id, records: one.records },
    state: one.records > 0 ? state : ('completed_no_data' as const),
  }));
  return { input, row, suspicion, targets };
}

const stateOf = ({ targets }: NewRequest) => requestState(targets.map((target) => target.state));

/** Its row with what follows from the targets. */
function fullRow(one: NewRequest) {
  const state = stateOf(one);
  const { row, input } = one;
  // nobody is held back by what no one has answered for yet
  const suppression_waits =
    suppresses(state) && input.subjects.length > 0 && waitsAt(row, row.received_at) !== 'queued';
  return { ...row, state, suppression_waits, completed_at: isOpenRequest(state) ? null : row.received_at };
}

/** Of each table, what these requests put there, in an order that holds. */
function rowsOf(made: readonly NewRequest[]): Statement[] {
  const requests = made.map(fullRow);
  const subjects = made.flatMap(({ input, row: { id, tenant_id } }) =>
    keysOf(input).map((key) => {
      const { key: subject_key, ...rest } = input.subjects.find((subject) => subject.key === key)!;
      return { tenant_id, request_id: id, subject_key, ...rest };
    }),
  );
  const answered = requests.filter((row) => suppresses(row.state) && !row.suppression_waits);
  const done = new Map(answered.map((row) => [row.id, row.received_at]));
  const suppressed = subjects.flatMap((row) => {
    const added_at = done.get(row.request_id);
    return added_at === undefined ? [] : [{ ...row, added_at }];
  });
  const records = made.flatMap(({ input, row: { id, tenant_id } }) =>
    (input.places ?? []).map(({ corpus_id, ordinal }) => ({ tenant_id, request_id: id, corpus_id, ordinal })),
  );
  const targets = made.flatMap(({ targets, row: { id, tenant_id, received_at } }) =>
    targets.map((target) => ({
      ...{ tenant_id, request_id: id, ...target },
      ...{ reason: null, run_id: null, approved_steps: null, updated_at: received_at },
      ...{ split_of: null, split_part: null, approved_checkpoint: null },
    })),
  );
  return [
    ...insertions('deletion_requests', requests),
    ...insertions('batch_lines', batchLineRows(made.map((one) => ({ ...one, state: stateOf(one) })))),
    ...insertions('request_subjects', subjects),
    ...insertions('suppressions', suppressed),
    ...insertions('request_records', records),
    ...insertions('request_targets', targets),
  ];
}

/** Not waited for, but for what OpenDSR adds. */
async function write(asks: Asks, made: readonly NewRequest[]): Promise<void> {
  for (const statement of rowsOf(made)) void asks.ask(statement);
  if (made.some(({ input }) => input.opendsr !== undefined)) await insertOpenDsr(asks.trx, made);
}

function entryOf(one: NewRequest) {
  const { tenant_id, id, group_id } = one.row;
  const targets = one.targets.map(({ id, model_id, state }) => ({ id, model_id, state }));
  const data = {
    request_id: id,
    state: stateOf(one),
    ...(group_id === null ? {} : { group_id }),
    ...(one.suspicion === null ? {} : { suspicion: one.suspicion }),
    targets,
  };
  return { tenant: tenant_id, type: 'request.created', actor: one.input.actor, data };
}

type Outcome = { status: 'created'; one: NewRequest; ring: string[] } | CreateRequestRefusal;

interface TakenIn {
  outcomes: Outcome[];
  /** Of the models that these are about. */
  names: ReadonlyMap<string, string>;
  /** To be called after the commit. */
  committed(): void;
}

const NOBODY: TakenIn = { outcomes: [], names: new Map(), committed() {} };

/** All of one tenant: in one transaction, in order, each as if those before it had been taken in. The caller settles. */
async function createAll(
  context: Context,
  asks: Asks,
  inputs: readonly CreateRequest[],
  memory: AskedBefore | null,
): Promise<TakenIn> {
  const [first] = inputs;
  if (first === undefined) return NOBODY;
  const { tenant } = first;
  const locks = inputs.flatMap((input) => [
    ...keysOf(input).map((key) => subjectLock(tenant, key)),
    ...recordLocks(tenant, input.places ?? []),
    ...(input.external_id === null ? [] : [externalLock(tenant, input.external_id)]),
  ]);
  const [, { match, took, all }, now] = await together([
    asks.ask(serialising(locks)),
    matcher(asks, tenant, inputs),
    timeOf(context, asks),
  ]);
  const models = [...all().map(({ model_id }) => model_id), ...inputs.flatMap(({ model_ids }) => model_ids ?? [])];
  const [{ judge, committed }, names] = await together([
    watcher(asks, { tenant, found: all(), budget: first.budget, now }, memory),
    modelNames(asks, tenant, new Set(models)),
  ]);
  const made: NewRequest[] = [];
  const outcomes = inputs.map((input, place): Outcome => {
    const matched = match(input, place);
    if (matched.status !== 'matched') return matched;
    const one = newRequest(input, matched.found, judge(input, matched.found), now);
    made.push(one);
    const { id } = one.row;
    const open = one.targets.filter((target) => !isFinalTarget(target.state)).map((target) => target.model_id);
    took(input, { id, open: open.length > 0, models: open });
    const ring = one.targets.filter((target) => target.state === 'queued').map((target) => target.model_id);
    return { status: 'created', one, ring };
  });
  if (made.length > 0) {
    await write(asks, made);
    await appendTo(context, asks, made.map(entryOf));
  }
  return { outcomes, names, committed };
}

/** Records of a model's corpora that the run would retain and hold out, as far as the index alone can tell. */
export async function setCounts(trx: Trx, tenant: string, { model_id, records, again = 0 }: Match) {
  const { rows } = await sql<{ train: number; holdout: number; erased: number }>`
    select coalesce(sum(mc.records) filter (where mc.role = 'train'), 0)::int as train,
      coalesce(sum(mc.records) filter (where mc.role = 'holdout'), 0)::int as holdout,
      (select count(*)::int from erased_records e where e.tenant_id = ${tenant} and e.model_id = ${model_id}) as erased
    from model_corpora mc
    where mc.tenant_id = ${tenant} and mc.model_id = ${model_id}`.execute(trx);
  const { train, holdout, erased } = rows[0]!;
  return { forget: records, retain: Math.max(0, train - erased - (records - again)), holdout };
}

async function preview(trx: Trx, input: Wish & { tenant: string }): Promise<RequestPreview> {
  const { tenant } = input;
  const { match } = await asking(trx, (asks) => matcher(asks, tenant, [input]));
  const matched = match(input, 0);
  if (matched.status !== 'matched') return matched;
  const targets = matched.found.map(async (one) => ({
    model: (await loadModel(trx, tenant, one.model_id))!,
    ...(await setCounts(trx, tenant, one)),
  }));
  return { status: 'possible', targets: await Promise.all(targets) };
}

/** Tables whose plans go wrong while Postgres thinks that they are small. */
const GROWING = ['deletion_requests', 'request_subjects', 'request_targets', 'ledger'];

/** Counts the tables that have at least doubled by so many new rows; large ones it leaves to Postgres. */
async function keepStatistics({ db }: Context, added: number): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class where oid = any(${GROWING}::regclass[]) and reltuples < ${added}`.execute(db);
  for (const { name } of rows) await sql`analyze ${sql.table(name)}`.execute(db);
}

/** What `getRequest` answers for each, without asking: everything of a request that was made a moment ago is known. */
function shownAll(outcomes: readonly Outcome[], names: ReadonlyMap<string, string>): CreateRequestOutcome[] {
  return outcomes.map((outcome) => {
    if (outcome.status !== 'created') return outcome;
    const { one, ring } = outcome;
    const targets = one.targets.map(({ id, model_id, state, records }) => ({
      ...{ id, model_id, model_name: names.get(model_id)!, state, reason: null, run_id: null, certificate_id: null },
      ...{ records, updated_at: one.row.received_at },
    }));
    const types = one.input.subjects.map(({ type }) => type);
    const parts = { targets, types: [...new Set(types)].sort(), events: [], certificates: [] };
    return { status: 'created', request: shownRequest(fullRow(one), parts), ring };
  });
}

const created = (outcome: Outcome): CreateManyOutcome =>
  outcome.status === 'created'
    ? { status: 'created', request_id: outcome.one.row.id, state: stateOf(outcome.one), ring: outcome.ring }
    : outcome;

async function createGroup(
  context: Context,
  memory: AskedBefore,
  inputs: readonly CreateRequest[],
): Promise<CreateRequestOutcome[]> {
  const { outcomes, names, committed } = await transactPipelined(context, (asks) =>
    createAll(context, asks, inputs, memory),
  );
  committed();
  return shownAll(outcomes, names);
}

async function createMany(context: Context, inputs: readonly CreateRequest[]): Promise<CreateManyOutcome[]> {
  const { outcomes } = await transact(context, (trx) => asking(trx, (asks) => createAll(context, asks, inputs, null)));
  return outcomes.map(created);
}

const createGrouped = (context: Context): Store['createRequest'] => {
  const memory = askedBefore();
  return grouped<CreateRequest, CreateRequestOutcome>({
    kind: ({ tenant }) => tenant,
    commit: (inputs) => createGroup(context, memory, inputs),
    // a server that goes away while it commits may have done so
    uncertain: (error) => unavailable(error) !== error,
    // while Postgres works on one the next is made
    atOnce: CONNECTIONS,
  });
};

export const intakeStore = (
  context: Context,
): Pick<Store, 'createRequest' | 'createRequests' | 'previewRequest' | 'keepStatistics'> => ({
  keepStatistics: (added) => keepStatistics(context, added),
  createRequest: createGrouped(context),
  createRequests: (inputs) => createMany(context, inputs),
  previewRequest: (input) =>
    context.db
      .transaction()
      .setAccessMode('read only')
      .execute((trx) => preview(trx, input)),
});
