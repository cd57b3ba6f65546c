// Windows as the store keeps them: decided at a claim, kept so that the sweep does not ask again before anything has changed.
import { sql } from 'kysely';
import type { RunCost } from '../domain/run-cost.ts';
import { DAY, decideWindow, type WindowDecision, type WindowPolicy } from '../domain/window.ts';
import type { Wish } from './claimed.ts';
import type { Context, Trx } from './db.ts';
import { historyOf } from './past-runs.ts';
import type { WaitingTarget } from './start-run.ts';

const HOUR = 3600;
/** A window is decided again after so long: what runs take may have changed. */
export const WINDOW_HOURS = 1;
export const secondsAt = (time: string): number => Date.parse(time) / 1000;

/** The service's policy with what the model has of its own. */
async function policyFor(trx: Trx, { tenant, model_id }: Wish, policy: WindowPolicy): Promise<WindowPolicy> {
  const query = trx.selectFrom('model_scheduling').select(['max_wait_hours', 'promptness']);
  const own = await query.where('tenant_id', '=', tenant).where('model_id', '=', model_id).executeTakeFirst();
  return {
    ...policy,
    ...(own?.max_wait_hours == null ? {} : { max_wait: own.max_wait_hours * HOUR }),
    ...(own?.promptness == null ? {} : { promptness: own.promptness }),
  };
}

const AT_ONCE: WindowDecision = { start: 'now', because: 'requests are not coalesced' };

/** Of each group, whether it begins. */
export async function windowsOf(
  context: Context,
  trx: Trx,
  wish: Wish,
  groups: readonly (readonly WaitingTarget[])[],
): Promise<WindowDecision[]> {
  if (wish.window === undefined) return groups.map(() => AT_ONCE);
  const policy = await policyFor(trx, wish, wish.window);
  if (policy.max_wait === 0) return groups.map(() => AT_ONCE);
  const history = (await historyOf(trx, [wish.model_id])).get(wish.model_id);
  const cost: RunCost | null = history?.cost ?? null;
  const now = secondsAt(await context.now(trx));
  return groups.map((group) => {
    const waiting = group.map(({ updated_at, due_at, urgent, again, records }) => ({
      ...{ ready_at: secondsAt(updated_at), due_at: secondsAt(due_at), urgent, again, records },
    }));
    const { arrivals = 0, records = 0 } = history ?? {};
    return decideWindow({ now, waiting, cost, arrivals, model_records: records }, policy);
  });
}

/** Whether the window that is kept was decided for so many, lately, and is not over: nobody has begun or come since. */
export async function windowStands(trx: Trx, { tenant, model_id }: Wish, waiting: number): Promise<boolean> {
  const { rows } = await sql`
    select from model_windows where tenant_id = ${tenant} and model_id = ${model_id} and waiting = ${waiting}
      and starts_at > clock_timestamp() and decided_at >= clock_timestamp() - make_interval(hours => ${WINDOW_HOURS})`.execute(
    trx,
  );
  return rows.length > 0;
}

/** Keeps the first that begins; returns when. */
export async function keepWindow(
  context: Context,
  trx: Trx,
  { tenant, model_id }: Wish,
  waiting: number,
  decisions: readonly WindowDecision[],
): Promise<string> {
  const later = decisions.flatMap((one) => (one.start === 'later' ? [one] : []));
  const first = later.reduce((a, b) => (b.at < a.at ? b : a));
  const decided_at = await context.now(trx);
  // a day after the last that a clock of this kind can say is never reached
  const starts_at = new Date(Math.min(first.at, secondsAt(decided_at) + 366 * DAY) * 1000).toISOString();
  const row = { waiting, starts_at, decided_at, reason: first.because };
  await trx
    .insertInto('model_windows')
    .values({ tenant_id: tenant, model_id, ...row })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'model_id']).doUpdateSet(row))
    .execute();
  return starts_at;
}
