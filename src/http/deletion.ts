// Accepts a deletion request: recorded first, then the doorbell.
import type { FastifyBaseLogger } from 'fastify';
import { oneMonthAfter } from '../domain/deadline.ts';
import type { Identifier } from '../domain/record.ts';
import type { DeletionPlan, DeletionRequest, PlannedTarget } from '../domain/resources.ts';
import { ExpungeError } from '../errors.ts';
import { EXACT } from '../runs/plan/exact.ts';
import type { CreateRequest, CreateRequestRefusal } from '../runs/ports.ts';
import { traced } from '../runs/tracing-port.ts';
import { type AskingWish, findRecords, type GivenRecords, readAsked } from './asked-records.ts';
import { lookUpKeysOf } from './identifiers.ts';
import { defaultsOf } from './method-schema.ts';
import { planTarget, statementOf } from './plan-target.ts';
import type { Principal } from './principal.ts';
import { reverifySeconds } from './reverify-for.ts';
import { ring } from './ring.ts';
import { nowOf, pastTime } from './times.ts';
import type { AppDeps } from './types.ts';
import { invalidField } from './validation.ts';

export interface NewDeletionRequest extends GivenRecords {
  subject?: { identifiers: Identifier[] };
  targets?: string[];
  method?: { name: string; params?: Record<string, unknown> };
  ground?: string;
  reverify_for?: number | string;
  submitted_at?: string;
  external_id?: string;
  verified?: boolean;
  cooling_off_hours?: number;
  group_id?: string;
  urgent?: boolean;
  /** Of a request that came by OpenDSR; no body of /v1 has it. */
  opendsr?: CreateRequest['opendsr'];
}

const unknownModel = (index: number) => {
  const pointer = `#/targets/${index}`;
  return new ExpungeError('unknown-model', `${pointer} names no model.`, {
    errors: [{ pointer, detail: 'names no model' }],
  });
};

/** Throws `validation-failed` where it would leave no time to do anything. */
function coolingOff(deps: AppDeps, given: NewDeletionRequest, at: { now: Date; submitted_at: string }): number {
  const ms =
    given.cooling_off_hours === undefined ? deps.config.decisions.coolingOffMs : given.cooling_off_hours * 3_600_000;
  const ends = new Date(at.now.getTime() + ms).toISOString();
  if (given.cooling_off_hours !== undefined && ms > 0 && ends >= oneMonthAfter(at.submitted_at))
    throw invalidField('#/cooling_off_hours', 'ends when the request is due already');
  return ms;
}

/** A request as the store takes it, but for the records that it names itself. Throws `validation-failed`. */
export function wishOf(deps: AppDeps, who: Principal, given: NewDeletionRequest): AskingWish {
  const { tenant, actor } = who;
  const now = nowOf(deps);
  const submitted_at =
    given.submitted_at === undefined ? now.toISOString() : pastTime('#/submitted_at', given.submitted_at, now);
  const chosen = given.method && deps.methods[given.method.name];
  const asked = readAsked(given);
  if (given.subject === undefined && asked === null)
    throw invalidField('#/subject', 'is required where neither record_ids nor texts are given');
  const subjects = lookUpKeysOf(deps.subjectKeys, tenant, given.subject?.identifiers ?? [], (index, why) =>
    invalidField(`#/subject/identifiers/${index}`, why),
  );
  return {
    ...(asked && { asked }),
    ...{ tenant, actor, submitted_at },
    external_id: given.external_id ?? null,
    ground: given.ground ?? null,
    subjects,
    reverify_seconds: reverifySeconds(given.reverify_for),
    model_ids: given.targets ?? null,
    verified: given.verified ?? true,
    cooling_off_ms: coolingOff(deps, given, { now, submitted_at }),
    approval_required: deps.config.decisions.approval !== 'off',
    budget: deps.config.budget,
    group_id: given.group_id ?? null,
    urgent: given.urgent ?? false,
    opendsr: given.opendsr,
    traceparent: deps.tracing?.traceparent() ?? null,
    // `auto` is what happens where no method is named, and waits for the same run
    method: chosen
      ? { name: chosen.name, params: { ...defaultsOf(chosen), ...given.method?.params } }
      : given.method?.name === EXACT
        ? { name: EXACT, params: {} }
        : null,
  };
}

/** Throws for whatever `createRequest` or its preview refuses. */
function refuse(outcome: CreateRequestRefusal, wish: CreateRequest): never {
  switch (outcome.status) {
    case 'already_open':
      throw new ExpungeError('already-open', 'A request for this person, or record, and model has not ended yet.', {
        extra: { existing: `/v1/deletion-requests/${outcome.request_id}` },
      });
    case 'external_id_taken':
      throw new ExpungeError('external-id-taken', 'Another request carries this external_id.', {
        extra: { existing: `/v1/deletion-requests/${outcome.request_id}` },
      });
    case 'unknown_model':
      throw unknownModel(Math.max(0, wish.model_ids?.indexOf(outcome.model_id) ?? 0));
  }
}

/** The same with its records. Throws also what `findRecords` has of it. */
async function wholeWish(deps: AppDeps, who: Principal, given: NewDeletionRequest): Promise<CreateRequest> {
  const [wish] = await findRecords(deps, who, [wishOf(deps, who, given)]);
  if (wish instanceof ExpungeError) throw wish;
  return wish!;
}

/** The plan of every target as it would be made now. Throws what makes a method impossible, with a pointer to it. */
async function planned(deps: AppDeps, wish: CreateRequest): Promise<PlannedTarget[]> {
  const preview = await deps.store.previewRequest(wish);
  if (preview.status !== 'possible') return refuse(preview, wish);
  const asked = { ...wish, due_at: oneMonthAfter(wish.submitted_at), whose: wish };
  return Promise.all(preview.targets.map((target) => planTarget(deps, asked, target)));
}

/** All that each model's plan may come to: methods that do not pass are followed by dearer ones. */
const secondsOf = (plans: readonly PlannedTarget[]): Record<string, number> =>
  Object.fromEntries(
    plans.flatMap(({ model_id, plan }) => {
      const known = plan.flatMap(({ estimate }) => estimate?.seconds ?? []);
      return known.length === 0 ? [] : [[model_id, known.reduce((sum, one) => sum + one, 0)]];
    }),
  );

/**
 * Resolves after the transaction that holds the request and its ledger entry. Throws `validation-failed`,
 * `unknown-model`, `recipe-missing`, `already-open`, `external-id-taken`. `call`: of a call with an Idempotency-Key, which makes one
 * request however often it is tried.
 */
export const createDeletionRequest = (
  deps: AppDeps,
  who: Principal,
  given: NewDeletionRequest,
  log: FastifyBaseLogger,
  call?: string,
): Promise<DeletionRequest> =>
  traced(deps.tracing, 'take in a deletion request', {}, async (span) => {
    const request = await (call === undefined
      ? takeIn(deps, who, given, log)
      : takeInOnce(deps, who, given, log, call));
    span.set({ 'expunge.deletion_request_id': request.id, 'expunge.deletion_request.state': request.state });
    return request;
  });

async function takeIn(
  deps: AppDeps,
  who: Principal,
  given: NewDeletionRequest,
  log: FastifyBaseLogger,
  batch_line?: CreateRequest['batch_line'],
): Promise<DeletionRequest> {
  const wish = await wholeWish(deps, who, given);
  // a run would find out as well, but hours later; and who has a budget of compute has to know what the dearest way takes
  const costs = deps.config.budget.compute_seconds > 0;
  const plans = wish.method !== null || costs ? await planned(deps, wish) : [];
  const outcome = await deps.store.createRequest({
    ...wish,
    batch_line,
    ...(costs ? { estimated_seconds: secondsOf(plans) } : {}),
  });
  if (outcome.status !== 'created') return refuse(outcome, wish);
  // not awaited: a queue that hangs must not hold back the answer
  void ring(deps, outcome.ring, log);
  return outcome.request;
}

/**
 * The same of a call whose answer may have been lost, by the connection to Postgres or with its process, when it had been taken in. Its
 * own request then refuses it, or the store does; so whatever fails is looked into, and what goes well costs no question more.
 */
async function takeInOnce(
  deps: AppDeps,
  who: Principal,
  given: NewDeletionRequest,
  log: FastifyBaseLogger,
  call: string,
): Promise<DeletionRequest> {
  const attempt = () => takeIn(deps, who, given, log, { call, line: 0 });
  try {
    return await attempt();
  } catch (err) {
    if ((await deps.store.dropExpiredLines(who.tenant, call)) > 0) return attempt();
    // an answer that is not ours to give must not be kept: where this cannot be told either, that is what is answered
    const [taken] = await deps.store.batchLines(who.tenant, call);
    const request = taken === undefined ? null : await deps.store.getRequest(who.tenant, taken.request_id);
    if (request === null) throw err;
    log.info({ err, request_id: request.id }, 'taken in by this call before its answer was lost');
    return request;
  }
}

/** What the request would come to; stores nothing. Throws as the above. */
export async function planDeletionRequest(
  deps: AppDeps,
  who: Principal,
  given: NewDeletionRequest,
): Promise<DeletionPlan> {
  const wish = await wholeWish(deps, who, given);
  const targets = await planned(deps, wish);
  const { submitted_at } = wish;
  return {
    validate_only: true,
    statement: statementOf(targets),
    submitted_at,
    due_at: oneMonthAfter(submitted_at),
    records: wish.asked_records ?? null,
    targets,
  };
}
