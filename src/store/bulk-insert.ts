// Many rows of a table in one statement with one parameter: for a few hundred rows what driver and server do for each
// parameter of a long list costs more than the rows themselves.
import { type Selectable, sql } from 'kysely';
import type { Trx } from './db.ts';
import type { Database } from './schema.ts';

/** Rows of one statement, which bounds the text that is sent. */
const CHUNK = 2000;

/** A row as it is read, with JSON as values; columns that are left out have their defaults. */
export type Row<Table extends keyof Database> = Partial<Selectable<Database[Table]>>;

/** Inserts in the order given. All rows name the same columns. */
export async function insertRows<Table extends keyof Database>(
  trx: Trx,
  table: Table,
  rows: readonly Row<Table>[],
): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const columns = sql.join(Object.keys(first).map((name) => sql.ref(name)));
  const into = sql.table(table);
  for (let at = 0; at < rows.length; at += CHUNK) {
    const text = JSON.stringify(rows.slice(at, at + CHUNK));
    await sql`
      insert into ${into} (${columns}) select ${columns} from json_populate_recordset(null::${into}, ${text}::json)`.execute(
      trx,
    );
  }
}
