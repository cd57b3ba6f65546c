// Many rows of a table in one statement with one parameter: for a few hundred rows what driver and server do for each
// parameter of a long list costs more than the rows themselves.
import { CompiledQuery, type Selectable } from 'kysely';
import type { Statement } from './asks.ts';
import type { Trx } from './db.ts';
import type { Database } from './schema.ts';

/** Rows of one statement, which bounds the text that is sent. */
const CHUNK = 2000;

/** A row as it is read, with JSON as values; columns that are left out have their defaults. */
export type Row<Table extends keyof Database> = Partial<Selectable<Database[Table]>>;

/** Inserts in the order given. All rows name the same columns. */
export function insertions<Table extends keyof Database>(table: Table, rows: readonly Row<Table>[]): Statement[] {
  const [first] = rows;
  if (first === undefined) return [];
  const columns = Object.keys(first)
    .map((name) => `"${name}"`)
    .join(', ');
  const text = `insert into "${table}" (${columns}) select ${columns} from json_populate_recordset(null::"${table}", $1::json)`;
  const statements: Statement[] = [];
  for (let at = 0; at < rows.length; at += CHUNK)
    statements.push({ text, values: [JSON.stringify(rows.slice(at, at + CHUNK))] });
  return statements;
}

/** The same, carried out. */
export async function insertRows<Table extends keyof Database>(
  trx: Trx,
  table: Table,
  rows: readonly Row<Table>[],
): Promise<void> {
  for (const { text, values } of insertions(table, rows)) await trx.executeQuery(CompiledQuery.raw(text, [...values]));
}
