// Which subject keys the stored people were keyed with.
import { sql } from 'kysely';
import type { Store } from '../runs/ports.ts';
import type { Context } from './db.ts';

export const keyVersionsStore = (context: Context): Pick<Store, 'subjectKeyVersions'> => ({
  async subjectKeyVersions() {
    const { rows } = await sql<{ key_version: number }>`
      select key_version from subject_records union select key_version from request_subjects
      order by key_version`.execute(context.db);
    return rows.map((row) => row.key_version);
  },
});
