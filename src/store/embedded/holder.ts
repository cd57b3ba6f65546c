// Who uses the embedded server: a connection each, with a shared lock on it. One that dies lets go by itself.
import pg from 'pg';
import { type Place, urlOf } from './cluster.ts';

/** Number of the advisory lock; those who hold it share it. */
const USERS = 7_330_201;

/** `pg` has these, and its types do not. */
interface Counted {
  ref(): void;
  unref(): void;
}

export interface Holder {
  /** Lets go of the server. True when nobody else holds it: it may be stopped, or is gone. */
  leave(): Promise<boolean>;
}

async function connect(place: Place): Promise<pg.Client & Counted> {
  const url = urlOf(place.connection);
  const client = new pg.Client({ connectionString: url, application_name: 'expunge-holder' }) as pg.Client & Counted;
  // the end of the connection is heard of
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Lets go, and says whether nobody else holds on. */
async function letGo(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ alone: boolean }>('select pg_try_advisory_lock($1) as alone', [USERS]);
  // now, and not when the server notices that the connection ended: who leaves next asks the same
  await client.query('select pg_advisory_unlock_all()');
  return rows[0]?.alone === true;
}

/** Holds the server of `place`, which runs; `lost` hears when it ends the connection. That keeps no process alive. */
export async function holdServer(place: Place, lost: () => void): Promise<Holder> {
  const client = await connect(place);
  await client.query('select pg_advisory_lock_shared($1)', [USERS]);
  let leaving = false;
  client.once('end', () => {
    if (!leaving) lost();
  });
  client.unref();
  return {
    async leave() {
      leaving = true;
      client.ref();
      const asked = await letGo(client).catch(async () => {
        const again = await connect(place).catch(() => null);
        return again === null || letGo(again).finally(() => again.end());
      });
      await client.end().catch(() => {});
      return asked;
    },
  };
}
