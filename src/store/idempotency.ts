// Idempotency keys, by the database's clock.
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { IdempotencyStore } from '../runs/idempotency-port.ts';
import type { Context } from './db.ts';

const after = (ms: number) => sql<string>`clock_timestamp() + make_interval(secs => ${ms / 1000}::double precision)`;

export function idempotencyStore({ db }: Context): IdempotencyStore {
  const rowOf = (tenant: string, digest: string) =>
    db.selectFrom('idempotency_keys').where('tenant_id', '=', tenant).where('key_digest', '=', digest);
  const own = (tenant: string, digest: string, token: string) =>
    [
      ['tenant_id', '=', tenant],
      ['key_digest', '=', digest],
      ['token', '=', token],
    ] as const;

  return {
    async takeKey(tenant, { key_digest, fingerprint }, { busy_ms, keep_ms }) {
      const token = randomUUID();
      const fresh = { fingerprint, token, busy_until: after(busy_ms), answer: null, expires_at: after(keep_ms) };
      // one statement: of calls at the same moment one takes the key; what has expired, or was left by a dead call, is taken over
      const taken = await db
        .insertInto('idempotency_keys')
        .values({ tenant_id: tenant, key_digest, ...fresh })
        .onConflict((conflict) =>
          conflict
            .columns(['tenant_id', 'key_digest'])
            .doUpdateSet(fresh)
            .where(
              sql<boolean>`idempotency_keys.expires_at <= clock_timestamp() or (idempotency_keys.busy_until <= clock_timestamp()
                and idempotency_keys.fingerprint = excluded.fingerprint)`,
            ),
        )
        .returning('token')
        .executeTakeFirst();
      if (taken) return { status: 'first', token };
      const held = await rowOf(tenant, key_digest).select(['fingerprint', 'answer']).executeTakeFirst();
      if (!held) return { status: 'busy' };
      if (held.fingerprint !== fingerprint) return { status: 'other-call' };
      return held.answer === null ? { status: 'busy' } : { status: 'answered', answer: held.answer };
    },

    async saveAnswer(tenant, digest, token, answer) {
      let query = db.updateTable('idempotency_keys').set({ answer: JSON.stringify(answer), busy_until: null });
      for (const [column, operator, value] of own(tenant, digest, token)) query = query.where(column, operator, value);
      return (await query.where('answer', 'is', null).executeTakeFirst()).numUpdatedRows > 0n;
    },

    async releaseKey(tenant, digest, token) {
      let query = db.deleteFrom('idempotency_keys').where('answer', 'is', null);
      for (const [column, operator, value] of own(tenant, digest, token)) query = query.where(column, operator, value);
      await query.execute();
    },

    async deleteExpiredKeys() {
      const query = db.deleteFrom('idempotency_keys').where('expires_at', '<=', sql<string>`clock_timestamp()`);
      return Number((await query.executeTakeFirst()).numDeletedRows);
    },
  };
}
