// Everything that a store holds, as text: what a search for people's names goes through.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';

/** Every row of every table of one schema; without one, of every schema but Postgres' own. */
export async function databaseContents(url: string, schema: string | null = null): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema') and ($1::text is null or schemaname = $1)`,
      [schema],
    );
    const texts: string[] = [];
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ text: string }>(`select t::text as text from ${name} t`);
      texts.push(`${name}:`, ...rows.map(({ text }) => text));
    }
    return texts.join('\n');
  } finally {
    await client.end();
  }
}

function readKey(redis: Redis, type: string, key: string): Promise<unknown> {
  switch (type) {
    case 'string':
      return redis.get(key);
    case 'hash':
      return redis.hgetall(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return redis.smembers(key);
    case 'zset':
      return redis.zrange(key, '0', '-1');
    case 'stream':
      return redis.xrange(key, '-', '+');
    default:
      // the key has expired since it was listed
      return Promise.resolve(null);
  }
}

/** Every key of one Redis database with its value. */
export async function redisContents(url: string): Promise<string> {
  const redis = new Redis(url);
  try {
    const texts: string[] = [];
    for (const key of await redis.keys('*')) {
      texts.push(`${key}: ${JSON.stringify(await readKey(redis, await redis.type(key), key))}`);
    }
    return texts.join('\n');
  } finally {
    redis.disconnect();
  }
}

/** Every file of a folder. */
export async function folderContents(folder: string): Promise<string> {
  const names = await readdir(folder);
  const texts = await Promise.all(names.map(async (name) => `${name}:\n${await readFile(join(folder, name), 'utf8')}`));
  return texts.join('\n');
}
