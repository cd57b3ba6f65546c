// The states of what somebody waits for, many at once.
import { requestMark, runMark, verificationMark } from '../domain/marks.ts';
import type { Seen, WatchStore } from '../runs/ports.ts';
import type { Context, Db } from './db.ts';

type Row = Seen & { id: string };

const READERS: Record<Parameters<WatchStore['seen']>[0], (db: Db, ids: readonly string[]) => Promise<Row[]>> = {
  async request(db, ids) {
    const rows = await db
      .selectFrom('deletion_requests')
      .select(['id', 'state', 'version'])
      .where('id', 'in', ids)
      .execute();
    return rows.map((row) => ({ id: row.id, state: row.state, mark: requestMark(row) }));
  },
  async run(db, ids) {
    const rows = await db
      .selectFrom('runs')
      .select(['id', 'state', 'version', 'progress'])
      .where('id', 'in', ids)
      .execute();
    return rows.map((row) => ({ id: row.id, state: row.state, mark: runMark(row) }));
  },
  async verification(db, ids) {
    const columns = ['id', 'state', 'created_at', 'started_at', 'finished_at'] as const;
    const rows = await db.selectFrom('verifications').select(columns).where('id', 'in', ids).execute();
    return rows.map((row) => ({ id: row.id, state: row.state, mark: verificationMark(row) }));
  },
};

export const watchStore = ({ db }: Context): WatchStore => ({
  async seen(kind, ids) {
    if (ids.length === 0) return new Map();
    const rows = await READERS[kind](db, ids);
    return new Map(rows.map(({ id, ...seen }) => [id, seen]));
  },
});
