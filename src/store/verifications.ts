// Verifications on demand: asked for and ended with entries of the ledger, worked on by lease.
import { sql } from 'kysely';
import type {
  CreateVerificationOutcome,
  NewVerification,
  StoredVerification,
  VerificationClaim,
  VerificationStore,
} from '../runs/ports.ts';
import { lockCheckpoint } from './checkpoints.ts';
import { beyond, type Context, lockName, type Trx, toPage, transact } from './db.ts';
import { leasesOf } from './leases.ts';
import { append } from './ledger.ts';
import { runComesFirst } from './run-comes-first.ts';
import type { Database } from './schema.ts';

const COLUMNS = [
  ...(['id', 'tenant_id', 'model_id', 'checkpoint_id', 'against_checkpoint_id', 'reference_checkpoint_id'] as const),
  ...([
    'asks',
    'query_digest',
    'records',
    'policy',
    'state',
    'verdict',
    'reason',
    'came_back',
    'report_digest',
  ] as const),
  ...(['created_at', 'started_at', 'finished_at'] as const),
] as const satisfies readonly (keyof Database['verifications'])[];

const toVerification = ({ tenant_id, ...row }: { tenant_id: string } & Omit<StoredVerification, 'tenant'>) =>
  ({ ...row, tenant: tenant_id }) satisfies StoredVerification;

/** They are kept, and none of them is passed over; but what the schedule asks for waits while a run of the model is under way. */
const wanted = () =>
  sql<boolean>`(asks <> 'earlier' or not ${runComesFirst('verifications.tenant_id', 'verifications.model_id')})`;

/** What every entry of the ledger says of it. */
export const namedIn = ({
  id,
  model_id,
  checkpoint_id,
  policy,
  query_digest,
}: Pick<NewVerification, 'id' | 'model_id' | 'checkpoint_id' | 'policy' | 'query_digest'>) => ({
  ...{ verification_id: id, model_id, checkpoint: checkpoint_id, query_digest, policy_digest: policy.digest },
});

/** The first of the checkpoints that a verification needs whose files are not there; nobody takes any away until the transaction ends. */
async function goneAmong(trx: Trx, { tenant, model_id, ...of }: NewVerification): Promise<string | null> {
  const needed = [of.checkpoint_id, of.against_checkpoint_id, of.reference_checkpoint_id].filter((one) => one !== null);
  for (const digest of needed.toSorted()) await lockCheckpoint(trx, digest);
  const rows = trx.selectFrom('checkpoints').select('digest').where('tenant_id', '=', tenant);
  const kept = await rows
    .where('model_id', '=', model_id)
    .where('state', '<>', 'deleted')
    .where('digest', 'in', needed)
    .execute();
  return needed.find((digest) => !kept.some((row) => row.digest === digest)) ?? null;
}

async function create(
  context: Context,
  trx: Trx,
  given: NewVerification,
  open: number,
  actor: string,
): Promise<CreateVerificationOutcome> {
  const { tenant, question, policy, ...rest } = given;
  // so that two together do not pass a limit that each of them keeps
  await lockName(trx, `verifications/${tenant}`);
  const asked = trx.selectFrom('verifications').select('id').where('tenant_id', '=', tenant);
  // what the schedule asks for takes nobody's place
  const waiting = asked.where('asks', '<>', 'earlier');
  if ((await waiting.where('state', 'in', ['queued', 'running']).limit(open).execute()).length >= open)
    return { status: 'too_many' };
  const gone = await goneAmong(trx, given);
  if (gone !== null) return { status: 'checkpoint_gone', digest: gone };
  const records = question.places.length;
  await trx
    .insertInto('verifications')
    .values({
      ...{ ...rest, tenant_id: tenant, records, created_at: await context.now(trx) },
      ...{ question: JSON.stringify(question), policy: JSON.stringify(policy) },
      ...{ state: 'queued', restarts: 0, fence: 0 },
    })
    .execute();
  const { against_checkpoint_id: against, reference_checkpoint_id: reference, asks } = given;
  const data = { ...namedIn(given), against, reference, asks, records };
  await append(context, trx, { tenant, type: 'verification.requested', actor, data });
  return { status: 'created' };
}

type End = Parameters<VerificationStore['finishVerification']>[2];

/** Ends it in one transaction with its entry, which says whether what failed is in use. */
async function finish(context: Context, trx: Trx, id: string, fence: number, end: End, actor: string) {
  const leases = leasesOf(context, 'verifications', wanted);
  const columns =
    'reason' in end
      ? { reason: end.reason }
      : {
          ...{ verdict: end.report.verdict, reason: end.report.reason, report_digest: end.report_digest },
          report: JSON.stringify(end.report),
          came_back: end.came_back ? JSON.stringify(end.came_back) : null,
        };
  const state = 'reason' in end ? 'failed' : 'done';
  if (!(await leases.end(trx, id, fence, state, { ...columns, question: null }))) return false;
  const query = trx.selectFrom('verifications').select(COLUMNS).where('id', '=', id);
  const verification = toVerification(await query.executeTakeFirstOrThrow());
  const { tenant, model_id, verdict, report_digest, checkpoint_id, asks, came_back } = verification;
  const model = trx.selectFrom('models').select('active').where('tenant_id', '=', tenant).where('id', '=', model_id);
  const { active } = await model.executeTakeFirstOrThrow();
  const who = came_back === null ? {} : { came_back };
  const found = { state, verdict, report_digest, active: active === checkpoint_id };
  const data = { ...namedIn(verification), asks, ...found, ...who };
  await append(context, trx, { tenant, type: 'verification.ended', actor, data });
  return true;
}

type Leased = Pick<
  VerificationStore,
  'claimVerification' | 'renewVerification' | 'releaseVerification' | 'finishVerification' | 'verificationsToRing'
>;

function leased(context: Context): Leased {
  const { claim, renew, release, toRing } = leasesOf(context, 'verifications', wanted);
  return {
    async claimVerification(id, worker, options) {
      const fence = await claim(id, worker, options, (trx, held, reason) =>
        finish(context, trx, id, held, { reason }, worker),
      );
      if (fence === null) return null;
      const query = context.db
        .selectFrom('verifications')
        .select([...COLUMNS, 'question'])
        .where('id', '=', id);
      const { question, ...row } = await query.executeTakeFirstOrThrow();
      return { verification: toVerification(row), question, fence } as VerificationClaim;
    },
    renewVerification: renew,
    releaseVerification: release,
    finishVerification: (id, fence, end, actor) =>
      transact(context, (trx) => finish(context, trx, id, fence, end, actor)),
    verificationsToRing: toRing,
  };
}

export const verificationsStore = (
  context: Context,
): Leased & Pick<VerificationStore, 'createVerification' | 'getCheckpointVerification' | 'listVerifications'> => ({
  ...leased(context),

  createVerification: (verification, open, actor) =>
    transact(context, (trx) => create(context, trx, verification, open, actor)),

  async getCheckpointVerification(tenant, id) {
    const query = context.db
      .selectFrom('verifications')
      .select([...COLUMNS, 'report'])
      .where('tenant_id', '=', tenant);
    const row = await query.where('id', '=', id).executeTakeFirst();
    if (row === undefined) return null;
    const { report, ...rest } = row;
    return { verification: toVerification(rest), report };
  },

  async listVerifications(tenant, digest, query) {
    const rows = await context.db
      .selectFrom('verifications')
      .select(COLUMNS)
      .where('tenant_id', '=', tenant)
      .where('checkpoint_id', '=', digest)
      .$if(query.after !== undefined, (q) => q.where(beyond('created_at', query.after!)))
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(query.limit + 1)
      .execute();
    return toPage(rows.map(toVerification), query, (row) => row.created_at);
  },
});
