// Versions of verification policies.
import { sql } from 'kysely';
import type { PolicyVersion } from '../domain/policies.ts';
import { policyDigest, presetOf } from '../runs/policy.ts';
import type { PolicyReader, PolicyStore } from '../runs/policy-port.ts';
import { type Context, type Db, transact } from './db.ts';
import { append } from './ledger.ts';
import type { VerificationPoliciesTable } from './schema-policies.ts';

// versions are numbered one after the other; they are made too seldom for a lock a model
const POLICY_LOCK = 0x70_6f_6c_69;

type Row = Pick<VerificationPoliciesTable, 'model_id' | 'version' | 'created_at'> & { policy: PolicyVersion['policy'] };

const toVersion = ({ model_id, version, policy, created_at }: Row): PolicyVersion => ({
  ...{ scope: model_id === null ? 'tenant' : 'model', version, preset: presetOf(policy) },
  ...{ digest: policyDigest(policy), model_id, policy, created_at },
});

const versions = (db: Db, tenant: string, modelId: string | null) =>
  db
    .selectFrom('verification_policies')
    .select(['model_id', 'version', 'policy', 'created_at'])
    .where('tenant_id', '=', tenant)
    .where('model_id', 'is not distinct from', modelId)
    .orderBy('version', 'desc');

async function latest(db: Db, tenant: string, modelId: string | null): Promise<PolicyVersion | null> {
  const row = await versions(db, tenant, modelId).limit(1).executeTakeFirst();
  return row === undefined ? null : toVersion(row);
}

const reader = (db: Db): PolicyReader => ({
  policyOf: (tenant, modelId) => latest(db, tenant, modelId),
  listPolicies: async (tenant, modelId) => (await versions(db, tenant, modelId).execute()).map(toVersion),
});

export const policiesStore = (context: Context): PolicyStore => ({
  ...reader(context.db),

  choosePolicy: (tenant, modelId, policy, actor, check) =>
    transact(context, async (trx) => {
      await sql`select pg_advisory_xact_lock(${POLICY_LOCK})`.execute(trx);
      await check?.(reader(trx));
      const before = await latest(trx, tenant, modelId);
      if (before?.digest === policyDigest(policy)) return before;
      const version = (before?.version ?? 0) + 1;
      const created_at = await context.now(trx);
      await trx
        .insertInto('verification_policies')
        .values({ tenant_id: tenant, model_id: modelId, version, policy: JSON.stringify(policy), created_at })
        .execute();
      const made = toVersion({ model_id: modelId, version, policy, created_at });
      const { scope, preset, digest } = made;
      const data = { scope, model_id: modelId, version, preset, digest, policy };
      await append(context, trx, { tenant, type: 'verification-policy.chosen', actor, data });
      return made;
    }),
});
