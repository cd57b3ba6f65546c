// Idempotency keys, by the database's clock.
import { randomUUID } from 'node:crypto';
import { type ExpressionBuilder, sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { IdempotencyStore, TakenLine } from '../runs/idempotency-port.ts';
import type { CreateRequest } from '../runs/ports.ts';
import type { Context } from './db.ts';
import type { Database } from './schema.ts';

/** Of an answer, from the first call on. */
const KEEP_MS = 24 * 3_600_000;

/** Rows that say which call, and line of it, requests were made from; what answers the call again reads them. */
export const batchLineRows = (
  made: readonly { input: CreateRequest; row: { id: string; received_at: string }; state: string }[],
) =>
  made.flatMap(({ input: { tenant, batch_line }, row, state }) =>
    batch_line === undefined
      ? []
      : [
          {
            ...{ tenant_id: tenant, ...batch_line, request_id: row.id, state },
            expires_at: new Date(Date.parse(row.received_at) + KEEP_MS).toISOString(),
          },
        ],
  );

const after = (ms: number) => sql<string>`clock_timestamp() + make_interval(secs => ${ms / 1000}::double precision)`;

/** Of a row that is in the way: the same call within the time that answers are kept. */
const SAME_CALL = sql<boolean>`(idempotency_keys.fingerprint = excluded.fingerprint and idempotency_keys.expires_at > clock_timestamp())`;

/** The row of a key while the call that took it with this token holds it. */
const held =
  (tenant: string, key_digest: string, token: string) => (row: ExpressionBuilder<Database, 'idempotency_keys'>) =>
    row.and({ tenant_id: tenant, key_digest, token }).and('answer', 'is', null);

export function idempotencyStore({ db }: Context): IdempotencyStore {
  return {
    async takeKey(tenant, { key_digest, fingerprint }, { busy_ms, keep_ms }) {
      const [token, makes] = [randomUUID(), uuid()];
      const times = { busy_until: after(busy_ms), expires_at: after(keep_ms) };
      const fresh = { fingerprint, token, makes, answer: null, ...times };
      const kept = sql<string>`case when ${SAME_CALL} then coalesce(idempotency_keys.makes, excluded.makes) else excluded.makes end`;
      // one statement: of calls at the same moment one takes the key; what has expired, was given back, or was left by a dead call, is
      // taken over
      const taken = await db
        .insertInto('idempotency_keys')
        .values({ tenant_id: tenant, key_digest, ...fresh })
        .onConflict((conflict) =>
          conflict
            .columns(['tenant_id', 'key_digest'])
            .doUpdateSet({ ...fresh, makes: kept })
            .where(
              sql<boolean>`idempotency_keys.expires_at <= clock_timestamp() or idempotency_keys.busy_until = '-infinity'
                or (idempotency_keys.busy_until <= clock_timestamp() and ${SAME_CALL})`,
            ),
        )
        .returning('makes')
        .executeTakeFirst();
      if (taken) return { status: 'first', token, makes: taken.makes!, again: taken.makes !== makes };
      const found = await db
        .selectFrom('idempotency_keys')
        .select(['fingerprint', 'answer'])
        .where('tenant_id', '=', tenant)
        .where('key_digest', '=', key_digest)
        .executeTakeFirst();
      if (!found) return { status: 'busy' };
      if (found.fingerprint !== fingerprint) return { status: 'other-call' };
      return found.answer === null ? { status: 'busy' } : { status: 'answered', answer: found.answer };
    },

    async renewKey(tenant, digest, token, busy_ms) {
      await db
        .updateTable('idempotency_keys')
        .set({ busy_until: after(busy_ms) })
        .where(held(tenant, digest, token))
        .execute();
    },

    async saveAnswer(tenant, digest, token, answer) {
      const { numUpdatedRows } = await db
        .updateTable('idempotency_keys')
        .set({ answer: JSON.stringify(answer), busy_until: null })
        .where(held(tenant, digest, token))
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async releaseKey(tenant, digest, token) {
      // not deleted: what failed may have made something before it did
      await db
        .updateTable('idempotency_keys')
        .set({ busy_until: '-infinity' })
        .where(held(tenant, digest, token))
        .execute();
    },

    async deleteExpiredKeys() {
      const query = db.deleteFrom('idempotency_keys').where('expires_at', '<=', sql<string>`clock_timestamp()`);
      await db.deleteFrom('batch_lines').where('expires_at', '<=', sql<string>`clock_timestamp()`).execute();
      return Number((await query.executeTakeFirst()).numDeletedRows);
    },

    async dropExpiredLines(tenant, call) {
      const { numAffectedRows } = await sql`
        delete from batch_lines where tenant_id = ${tenant} and call = ${call} and expires_at <= clock_timestamp()`.execute(
        db,
      );
      return Number(numAffectedRows);
    },

    async batchLines(tenant, call) {
      const { rows } = await sql<TakenLine>`
        select line, request_id, state from batch_lines where tenant_id = ${tenant} and call = ${call}`.execute(db);
      return rows;
    },
  };
}
