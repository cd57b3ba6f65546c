// Many deletion requests in one call: an outcome a line, some lines a commit.
import { oneMonthAfter } from '../domain/deadline.ts';
import type { RequestState } from '../domain/states.ts';
import { ExpungeError, PROBLEMS } from '../errors.ts';
import { baseSaw } from '../runs/base.ts';
import { EXACT } from '../runs/plan/exact.ts';
import type { CreateManyOutcome, CreateRequest } from '../runs/ports.ts';
import { findRecords } from './asked-records.ts';
import { isRefusal, type Refusal, refusalOf, type WishLine } from './batch-lines.ts';
import { planTarget } from './plan-target.ts';
import type { Principal } from './principal.ts';
import { ring } from './ring.ts';
import type { AppDeps } from './types.ts';

/** Lines, and identifiers and records, of one transaction: lines and identifiers take locks of Postgres, which has some thousands for all. */
const GROUP = { lines: 250, keys: 500 };

/** New rows after which statistics may be wrong; then at every doubling. */
const STATISTICS = 2 * GROUP.lines;

export interface LineOutcome {
  line: number;
  outcome: 'created' | 'already_open' | 'invalid' | 'failed';
  id?: string;
  state?: RequestState;
  existing?: string;
  code?: string;
  errors?: { pointer: string; detail: string }[];
  remedy?: string;
}

const link = (id: string): string => `/v1/deletion-requests/${id}`;

/** What is said of a whole body does not fit a line of it. */
const remedyOf = (code: Refusal['code']): string =>
  code === 'malformed-json' ? 'Write one JSON object on the line, and end it with a line feed.' : PROBLEMS[code][2];

const invalid = (line: number, { code, errors, existing }: Refusal): LineOutcome => ({
  ...{ line, outcome: 'invalid', code, errors, remedy: remedyOf(code) },
  ...(existing === undefined ? {} : { existing }),
});

/** With a key what was stored is known when the call comes again; without one a person whom no model knows would be asked for twice. */
const SEND_AGAIN = {
  keyed: 'Send the same batch again with the same Idempotency-Key: what was stored is answered as created.',
  bare: 'Look which lines were stored by GET /v1/deletion-requests?group_id= with the group_id of this answer, and send the others again.',
};

/** `detail`: a server that goes away while it commits may have done so. */
const failed = (line: number, detail: 'may not have been stored' | 'was not stored', call?: string): LineOutcome => ({
  ...invalid(line, { code: 'service-unavailable', errors: [{ pointer: '#', detail }] }),
  ...{ outcome: 'failed', remedy: call === undefined ? SEND_AGAIN.bare : SEND_AGAIN.keyed },
});

function outcomeOf(line: number, wish: CreateRequest, outcome: CreateManyOutcome): LineOutcome {
  switch (outcome.status) {
    case 'created':
      return { line, outcome: 'created', id: outcome.request_id, state: outcome.state };
    case 'already_open':
      return { line, outcome: 'already_open', existing: link(outcome.request_id) };
    case 'external_id_taken': {
      const existing = link(outcome.request_id);
      // what was sent before is sent again
      if (outcome.is_open) return { line, outcome: 'already_open', existing };
      const errors = [{ pointer: '#/external_id', detail: 'is that of a request that has ended' }];
      return invalid(line, { code: 'external-id-taken', errors, existing });
    }
    case 'unknown_model': {
      const pointer = `#/targets/${Math.max(0, wish.model_ids?.indexOf(outcome.model_id) ?? 0)}`;
      return invalid(line, { code: 'unknown-model', errors: [{ pointer, detail: 'names no model' }] });
    }
  }
}

interface Wished {
  line: number;
  wish: CreateRequest;
}

function* groupsOf(wishes: readonly Wished[]): Generator<Wished[]> {
  let group: Wished[] = [];
  let keys = 0;
  for (const one of wishes) {
    const own = one.wish.subjects.length + (one.wish.places?.length ?? 0);
    if (group.length === GROUP.lines || (group.length > 0 && keys + own > GROUP.keys)) {
      yield group;
      [group, keys] = [[], 0];
    }
    group.push(one);
    keys += own;
  }
  if (group.length > 0) yield group;
}

/** Says of named methods what makes them impossible on a model; each pair is looked into once, and for whom the base has seen once more. */
function methodCheck(deps: AppDeps) {
  const known = new Map<string, Promise<Refusal | null>>();
  return async (wish: CreateRequest): Promise<Refusal | null> => {
    if (wish.method === null) return null;
    const preview = await deps.store.previewRequest(wish);
    // what stands in the way is said when the line is taken in
    if (preview.status !== 'possible') return null;
    for (const target of preview.targets) {
      const { id, active } = target.model;
      // of no other method does it hang on who asks
      const saw = wish.method.name === EXACT && (await baseSaw(deps, wish.tenant, wish, active));
      const key = JSON.stringify([wish.method, id, wish.model_ids?.indexOf(id) ?? -1, saw]);
      const asked = { ...wish, due_at: oneMonthAfter(wish.submitted_at), whose: wish };
      const look = () => planTarget(deps, asked, target).then(() => null, refusalOf);
      const refusal = known.get(key) ?? look();
      known.set(key, refusal);
      const found = await refusal;
      if (found !== null) return found;
    }
    return null;
  };
}

async function possible(
  deps: AppDeps,
  who: Principal,
  wishes: readonly WishLine[],
  refused: (line: number, why: Refusal) => void,
): Promise<Wished[]> {
  const check = methodCheck(deps);
  const good: Wished[] = [];
  const asking = wishes.flatMap(({ wish }) => (isRefusal(wish) ? [] : [wish]));
  const found = (await findRecords(deps, who, asking)).values();
  for (const { line, wish } of wishes) {
    const whole = isRefusal(wish) ? wish : found.next().value!;
    const known = whole instanceof ExpungeError ? refusalOf(whole) : whole;
    const why = isRefusal(known) ? known : await check(known);
    if (why !== null) refused(line, why);
    else good.push({ line, wish: known as CreateRequest });
  }
  return good;
}

/**
 * Takes them in, and says `created` of what is committed. A store that goes away under way leaves `failed` lines, which may be
 * sent again; before the first commit its error is the answer. `call`: of a call with an Idempotency-Key; what an earlier try of it took in
 * is `created` as it was then.
 */
export async function createBatch(
  deps: AppDeps,
  who: Principal,
  wishes: readonly WishLine[],
  log: Parameters<typeof ring>[2],
  call?: string,
): Promise<LineOutcome[]> {
  const outcomes = new Map<number, LineOutcome>();
  const models = new Set<string>();
  if (call !== undefined) {
    await deps.store.dropExpiredLines(who.tenant, call);
    for (const { line, request_id, state } of await deps.store.batchLines(who.tenant, call))
      outcomes.set(line, { line, outcome: 'created', id: request_id, state });
  }
  const left = wishes.filter(({ line }) => !outcomes.has(line));
  const found = await possible(deps, who, left, (line, why) => outcomes.set(line, invalid(line, why)));
  const good =
    call === undefined
      ? found
      : found.map(({ line, wish }) => ({ line, wish: { ...wish, batch_line: { call, line } } }));
  const groups = groupsOf(good);
  let added = 0;
  let counted = STATISTICS;
  for (const group of groups) {
    try {
      const made = await deps.store.createRequests(group.map(({ wish }) => wish));
      for (const [index, { line, wish }] of group.entries()) {
        const outcome = made[index]!;
        if (outcome.status === 'created') for (const model of outcome.ring) models.add(model);
        outcomes.set(line, outcomeOf(line, wish, outcome));
      }
    } catch (error) {
      if (added === 0) throw error;
      log.error({ err: error }, 'a batch broke off');
      for (const { line } of group) outcomes.set(line, failed(line, 'may not have been stored', call));
      for (const { line } of [...groups].flat()) outcomes.set(line, failed(line, 'was not stored', call));
      break;
    }
    added += group.length;
    if (added < counted) continue;
    counted = 2 * added;
    await deps.store.keepStatistics(added).catch((err: unknown) => log.warn({ err }, 'statistics are old'));
  }
  // at the end, so that one run takes them all; not awaited: a queue that hangs must not hold back the answer
  void ring(deps, models, log);
  return wishes.map(({ line }) => outcomes.get(line)!);
}
