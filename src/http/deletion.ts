// Accepts a deletion request: recorded first, then the doorbell.
import type { FastifyBaseLogger } from 'fastify';
import { oneMonthAfter } from '../domain/deadline.ts';
import type { Identifier } from '../domain/record.ts';
import type { DeletionPlan, DeletionRequest, PlannedTarget } from '../domain/resources.ts';
import { ExpungeError } from '../errors.ts';
import type { CreateRequest, CreateRequestOutcome } from '../runs/ports.ts';
import { subjectKeysOf } from './identifiers.ts';
import { defaultsOf } from './method-schema.ts';
import { planTarget, statementOf } from './plan-target.ts';
import type { Principal } from './principal.ts';
import { reverifySeconds } from './reverify-for.ts';
import type { AppDeps } from './types.ts';
import { invalidField } from './validation.ts';

export interface NewDeletionRequest {
  subject: { identifiers: Identifier[] };
  targets?: string[];
  method?: { name: string; params?: Record<string, unknown> };
  ground?: string;
  reverify_for?: number | string;
  submitted_at?: string;
  external_id?: string;
}

type Refusal = Exclude<CreateRequestOutcome, { status: 'created' }>;

/** Clocks of two machines differ; a time this little ahead is taken as now. */
const SKEW_MS = 60_000;
/** Nobody asked before; the database's calendar has no year 0, which the format admits. */
const EARLIEST = Date.UTC(1970);

function submittedAt(given: string | undefined, now: Date): string {
  if (given === undefined) return now.toISOString();
  const time = Date.parse(given);
  // the format admits leap seconds, which Date does not know
  if (Number.isNaN(time)) throw invalidField('#/submitted_at', 'is not a point in time');
  if (time < EARLIEST) throw invalidField('#/submitted_at', 'lies before 1970');
  if (time > now.getTime() + SKEW_MS) throw invalidField('#/submitted_at', 'lies in the future');
  return new Date(Math.min(time, now.getTime())).toISOString();
}

const nowOf = ({ clock }: AppDeps): Date => (clock ?? (() => new Date()))();

const unknownModel = (index: number) => {
  const pointer = `#/targets/${index}`;
  return new ExpungeError('unknown-model', `${pointer} names no model.`, {
    errors: [{ pointer, detail: 'names no model' }],
  });
};

/** A request as the store takes it, and the hour. */
function wishOf(deps: AppDeps, who: Principal, given: NewDeletionRequest): CreateRequest {
  const { tenant, actor } = who;
  const submitted_at = submittedAt(given.submitted_at, nowOf(deps));
  const chosen = given.method && deps.methods[given.method.name];
  const subjects = subjectKeysOf(deps.subjectKeys, tenant, given.subject.identifiers, (index, why) =>
    invalidField(`#/subject/identifiers/${index}`, why),
  );
  return {
    ...{ tenant, actor, submitted_at },
    external_id: given.external_id ?? null,
    ground: given.ground ?? null,
    subjects,
    reverify_seconds: reverifySeconds(given.reverify_for),
    model_ids: given.targets ?? null,
    // `auto` is what happens where no method is named, and waits for the same run
    method: chosen ? { name: chosen.name, params: { ...defaultsOf(chosen), ...given.method?.params } } : null,
  };
}

/** Throws for whatever `createRequest` or its preview refuses. */
function refuse(outcome: Refusal, wish: CreateRequest): never {
  switch (outcome.status) {
    case 'already_open':
      throw new ExpungeError('already-open', 'A request for this person and model has not ended yet.', {
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

/** The plan of every target as it would be made now. Throws what makes a method impossible, with a pointer to it. */
async function planned(deps: AppDeps, wish: CreateRequest): Promise<PlannedTarget[]> {
  const preview = await deps.store.previewRequest(wish);
  if (preview.status !== 'possible') return refuse(preview, wish);
  return Promise.all(preview.targets.map((target) => planTarget(deps, wish, target)));
}

/** Never rejects: the request is safe in the store, and the sweep of a worker rings again. */
async function ring(deps: AppDeps, models: string[], log: FastifyBaseLogger): Promise<void> {
  const one = (model_id: string) =>
    deps.doorbell.ringModel(model_id).catch((err: unknown) => log.warn({ model_id, err }, 'doorbell not rung'));
  await Promise.all(models.map(one));
}

/**
 * Resolves after the transaction that holds the request and its ledger entry. Throws `validation-failed`,
 * `unknown-model`, `recipe-missing`, `already-open`, `external-id-taken`.
 */
export async function createDeletionRequest(
  deps: AppDeps,
  who: Principal,
  given: NewDeletionRequest,
  log: FastifyBaseLogger,
): Promise<DeletionRequest> {
  const wish = wishOf(deps, who, given);
  // a run would find out as well, but hours later
  if (wish.method !== null) await planned(deps, wish);
  const outcome = await deps.store.createRequest(wish);
  if (outcome.status !== 'created') return refuse(outcome, wish);
  // not awaited: a queue that hangs must not hold back the answer
  void ring(deps, outcome.ring, log);
  return outcome.request;
}

/** What the request would come to; stores nothing. Throws as the above. */
export async function planDeletionRequest(
  deps: AppDeps,
  who: Principal,
  given: NewDeletionRequest,
): Promise<DeletionPlan> {
  const wish = wishOf(deps, who, given);
  const targets = await planned(deps, wish);
  const { submitted_at } = wish;
  return {
    validate_only: true,
    statement: statementOf(targets),
    submitted_at,
    due_at: oneMonthAfter(submitted_at),
    targets,
  };
}
