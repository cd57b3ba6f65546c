// Idempotency keys, by the database's clock.
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { IdempotencyStore } from '../runs/idempotency-port.ts';
import type { Context } from './db.ts';

const after = (ms: number) => sql<string>`clock_timestamp() + make_interval(secs => ${ms / 1000}::double precision)`;

export function idempotencyStore({ db }: Context): IdempotencyStore {
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
      const held = await db
        .selectFrom('idempotency_keys')
        .select(['fingerprint', 'answer'])
        .where('tenant_id', '=', tenant)
        .where('key_digest', '=', key_digest)
        .executeTakeFirst();
      if (!held) return { status: 'busy' };
      if (held.fingerprint !== fingerprint) return { status: 'other-call' };
      return held.answer === null ? { status: 'busy' } : { status: 'answered', answer: held.answer };
    },

    async saveAnswer(tenant, digest, token, answer) {
      const { numUpdatedRows } = await db
        .updateTable('idempotency_keys')
        .set({ answer: JSON.stringify(answer), busy_until: null })
        .where('tenant_id', '=', tenant)
        .where('key_digest', '=', digest)
        .where('token', '=', token)
        .where('answer', 'is', null)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async releaseKey(tenant, digest, token) {
      await db
        .deleteFrom('idempotency_keys')
        .where('tenant_id', '=', tenant)
        .where('key_digest', '=', digest)
        .where('token', '=', token)
        .where('answer', 'is', null)
        .execute();
    },

    async deleteExpiredKeys() {
      const query = db.deleteFrom('idempotency_keys').where('expires_at', '<=', sql<string>`clock_timestamp()`);
      return Number((await query.executeTakeFirst()).numDeletedRows);
    },
  };
}
