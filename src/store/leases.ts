// Work that one worker has at a time: a lease by the database's clock, and a fence that tells who had it from who has it.
import { type RawBuilder, sql } from 'kysely';
import { type Context, type Db, type Trx, transact } from './db.ts';

/** When a lease ends that begins now. */
// clock_timestamp(), not now(): a transaction may have waited long for its locks
export const leaseUntil = (ms: number) =>
  sql<string>`clock_timestamp() + make_interval(secs => ${ms / 1000}::double precision)`;
/** False of what has no lease. */
export const leaseIsLive = sql<boolean>`coalesce(lease_expires_at > clock_timestamp(), false)`;

/** Tables with the columns `LeasedColumns` (schema-leased.ts). */
type LeasedTable = 'influence_analyses' | 'verifications' | 'webhook_deliveries';

export interface LeaseOptions {
  lease_ms: number;
  max_restarts: number;
}

interface Found {
  state: 'queued' | 'running';
  fence: number;
  restarts: number;
  live: boolean;
}

/** `wanted`: which of the rows count at all, at that time. */
export function leasesOf(context: Context, name: LeasedTable, wanted: (now: string) => RawBuilder<boolean>) {
  const table = sql.table(name);

  /** Takes a row that somebody may take; returns its new fence and how often it was started again. */
  async function take(trx: Trx, id: string, worker: string, lease_ms: number) {
    const now = await context.now(trx);
    const { rows } = await sql<Found>`
      select state, fence, restarts, ${leaseIsLive} as live from ${table}
      where id = ${id} and state in ('queued', 'running') and ${wanted(now)} for no key update`.execute(trx);
    const [found] = rows;
    if (!found || found.live) return null;
    const restarts = found.restarts + (found.state === 'running' ? 1 : 0);
    const fence = found.fence + 1;
    await sql`
      update ${table} set state = 'running', restarts = ${restarts}, fence = ${fence}, lease_owner = ${worker},
        lease_expires_at = ${leaseUntil(lease_ms)}, started_at = ${now} where id = ${id}`.execute(trx);
    return { fence, restarts };
  }

  /** Changes what is still held with this fence; false where it is stale. */
  async function change(db: Db, id: string, fence: number, columns: Record<string, unknown>): Promise<boolean> {
    const set = Object.entries(columns).map(([column, value]) => sql`${sql.ref(column)} = ${value}`);
    const result = await sql`
      update ${table} set ${sql.join(set)} where id = ${id} and fence = ${fence} and state = 'running'`.execute(db);
    return (result.numAffectedRows ?? 0n) > 0n;
  }

  return {
    /**
     * Takes one that waits, or whose worker was lost (a restart); returns its fence. Null: there is nothing to do. One that was
     * restarted too often is handed to `giveUp`, which ends it.
     */
    claim: (
      id: string,
      worker: string,
      { lease_ms, max_restarts }: LeaseOptions,
      giveUp: (trx: Trx, fence: number, reason: string) => Promise<unknown>,
    ): Promise<number | null> =>
      transact(context, async (trx) => {
        const taken = await take(trx, id, worker, lease_ms);
        if (taken === null) return null;
        const { fence, restarts } = taken;
        if (restarts <= max_restarts) return fence;
        await giveUp(trx, fence, `It was started ${restarts} times and its worker was lost each time.`);
        return null;
      }),

    /** With 0 the lease ends at once: whoever takes it over counts a restart. */
    renew: (id: string, fence: number, lease_ms: number): Promise<boolean> =>
      change(context.db, id, fence, { lease_expires_at: leaseUntil(lease_ms) }),

    change,

    /** Gives it back untouched; not a restart. */
    release: (id: string, fence: number, db: Db = context.db): Promise<boolean> =>
      change(db, id, fence, { state: 'queued', lease_owner: null, lease_expires_at: null, started_at: null }),

    /** Ends one that still has this fence; who had it may not write any more. */
    async end(db: Db, id: string, fence: number, state: 'done' | 'failed', columns: Record<string, unknown>) {
      const finished_at = await context.now(db);
      return change(db, id, fence, { ...columns, state, finished_at, lease_owner: null, lease_expires_at: null });
    },

    /** Ids of those that wait, or whose worker was lost; the oldest first. */
    async toRing(): Promise<string[]> {
      const { rows } = await sql<{ id: string }>`
        select id from ${table} where ${wanted(await context.now(context.db))}
          and (state = 'queued' or (state = 'running' and not ${leaseIsLive})) order by id`.execute(context.db);
      return rows.map(({ id }) => id);
    },
  };
}
