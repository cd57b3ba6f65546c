// Every value of the database that can hold text, whichever schema it stands in: what a search for leftovers has to look at.
import { sql } from 'kysely';
import type { ErasureStore, StoredText } from '../runs/ports.ts';
import { type Context, rowsOf } from './db.ts';

/** Values may be long, so few rows are held at a time. */
const ROWS_AT_ONCE = 50;

interface Column {
  schema: string;
  table: string;
  column: string;
}

/** Text, JSON and bytes, and lists of them, of ordinary tables. */
const columnsOf = sql<Column>`
  select c.table_schema as schema, c.table_name as table, c.column_name as column
  from information_schema.columns c
  join information_schema.tables t using (table_schema, table_name)
  where t.table_type = 'BASE TABLE' and c.table_schema not in ('pg_catalog', 'information_schema')
    and ltrim(c.udt_name, '_') in ('text', 'varchar', 'bpchar', 'name', 'json', 'jsonb', 'bytea', 'xml', 'hstore')
  order by 1, 2, 3`;

/** As it is compared: bytes as they are, everything else as its text. */
const asBytes = (value: unknown): string | Uint8Array =>
  value instanceof Uint8Array || typeof value === 'string' ? value : JSON.stringify(value);

export const storedTextsStore = ({ db }: Context): Pick<ErasureStore, 'eachStoredText'> => ({
  eachStoredText: (take) =>
    db
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute(async (trx) => {
        const { rows } = await columnsOf.execute(trx);
        const tables = Map.groupBy(rows, ({ schema, table }) => `${schema}.${table}`);
        let values = 0;
        for (const [name, columns] of tables) {
          const { schema, table } = columns[0]!;
          const wheres = columns.map(({ column }): StoredText => ({ table: name, column }));
          const list = sql.join(columns.map(({ column }, i) => sql`${sql.ref(column)} as ${sql.ref(`c${i}`)}`));
          const query = sql<Record<string, unknown>>`select ${list} from ${sql.id(schema, table)}`;
          for await (const some of rowsOf(trx, query, ROWS_AT_ONCE))
            for (const row of some)
              for (const [i, where] of wheres.entries()) {
                const value = row[`c${i}`];
                if (value === null || value === undefined) continue;
                take(where, asBytes(value));
                values++;
              }
        }
        return { tables: tables.size, values };
      }),
});
