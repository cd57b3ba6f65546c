// Which checkpoints in use are to be looked at again, by the schedule of their policies.
import { sql } from 'kysely';
import type { DueReverification, VerificationStore } from '../runs/ports.ts';
import { lockCheckpoint } from './checkpoints.ts';
import { type Context, transact } from './db.ts';
import { append } from './ledger.ts';
import { runComesFirst } from './run-comes-first.ts';
import { namedIn } from './verifications.ts';

/** What failed for a reason of its own (a file, a worker) is tried again after that long, and not by every sweep. */
const AGAIN_AFTER_HOURS = 24;

/** Of the policy that applies to the model `m`; the run that published a checkpoint has looked at everybody, too. */
const DUE = (now: string, every_days: number | null) => sql<DueReverification>`
  select m.tenant_id as tenant, m.id as model_id, m.active as checkpoint_id, kept.records
  from models m
  join lateral (
    select sum(k.records)::int as records from kept_probes k
    join vault_keys v on v.tenant_id = k.tenant_id and v.id = k.key_id
    where k.tenant_id = m.tenant_id and k.model_id = m.id and v.expires_at > ${now}::timestamptz
  ) kept on kept.records > 0
  left join lateral (
    select p.policy from verification_policies p
    where p.tenant_id = m.tenant_id and (p.model_id = m.id or p.model_id is null)
    order by p.model_id is null, p.version desc limit 1
  ) chosen on true
  cross join lateral (
    select case when chosen.policy is null then ${every_days}::int
      else (chosen.policy ->> 'reverify_every_days')::int end as days
  ) every
  where every.days is not null and not ${runComesFirst('m.tenant_id', 'm.id')}
    and not exists (
      select from verifications o where o.tenant_id = m.tenant_id and o.model_id = m.id and o.asks = 'earlier'
        and (o.state in ('queued', 'running') or (o.checkpoint_id = m.active and o.finished_at > ${now}::timestamptz
          - case o.state when 'done' then make_interval(days => every.days)
            else make_interval(hours => ${AGAIN_AFTER_HOURS}) end)))
    and not exists (
      select from runs r where r.tenant_id = m.tenant_id and r.model_id = m.id and r.candidate = m.active
        and r.state = 'published' and r.finished_at > ${now}::timestamptz - make_interval(days => every.days))
  order by m.tenant_id, m.id`;

export const reverificationsStore = (
  context: Context,
): Pick<VerificationStore, 'dueReverifications' | 'queueReverification'> => ({
  async dueReverifications(every_days) {
    const { rows } = await DUE(await context.now(context.db), every_days).execute(context.db);
    return rows;
  },

  queueReverification: (one, actor) =>
    transact(context, async (trx) => {
      const { id, tenant, model_id, checkpoint_id, records, policy, query_digest } = one;
      // so that nobody takes its files away before the verification is known
      await lockCheckpoint(trx, checkpoint_id);
      const model = trx.selectFrom('models').select('id').where('tenant_id', '=', tenant).where('id', '=', model_id);
      if (!(await model.where('active', '=', checkpoint_id).executeTakeFirst())) return false;
      const { numInsertedOrUpdatedRows: made } = await trx
        .insertInto('verifications')
        .values({
          ...{ id, tenant_id: tenant, model_id, checkpoint_id, query_digest, records, asks: 'earlier' },
          ...{ question: JSON.stringify({ subject_keys: [], places: [] }), policy: JSON.stringify(policy) },
          ...{ state: 'queued', restarts: 0, fence: 0, created_at: await context.now(trx) },
        })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      if (made === 0n) return false;
      const data = { ...namedIn(one), asks: 'earlier', records };
      await append(context, trx, { tenant, type: 'verification.requested', actor, data });
      return true;
    }),
});
