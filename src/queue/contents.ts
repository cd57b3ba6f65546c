// Everything that Redis holds, value by value: for a search through it. Memory: a page of values.
import { Redis } from 'ioredis';

const PAGE = 500;
type Take = (key: string, value: Uint8Array) => void;

/** Pages of a hash, a set or a sorted set. */
async function scanOf(redis: Redis, command: 'hscan' | 'sscan' | 'zscan', key: Buffer, take: (value: Buffer) => void) {
  let cursor = '0';
  do {
    const [next, values] = (await redis.callBuffer(command, key, cursor, 'COUNT', PAGE)) as [Buffer, Buffer[]];
    for (const value of values) take(value);
    cursor = next.toString();
  } while (cursor !== '0');
}

async function listOf(redis: Redis, key: Buffer, take: (value: Buffer) => void) {
  for (let from = 0; ; from += PAGE) {
    const values = await redis.lrangeBuffer(key, from, from + PAGE - 1);
    for (const value of values) take(value);
    if (values.length < PAGE) return;
  }
}

async function streamOf(redis: Redis, key: Buffer, take: (value: Buffer) => void) {
  for (let from = '-'; ; ) {
    const entries = await redis.xrangeBuffer(key, from, '+', 'COUNT', PAGE);
    for (const [, fields] of entries) for (const value of fields) take(value);
    if (entries.length < PAGE) return;
    from = `(${entries.at(-1)![0].toString()}`;
  }
}

async function valuesOf(redis: Redis, key: Buffer, take: (value: Buffer) => void): Promise<void> {
  const type = await redis.type(key);
  if (type === 'string') {
    const value = await redis.getBuffer(key);
    if (value !== null) take(value);
  } else if (type === 'hash') await scanOf(redis, 'hscan', key, take);
  else if (type === 'set') await scanOf(redis, 'sscan', key, take);
  else if (type === 'zset') await scanOf(redis, 'zscan', key, take);
  else if (type === 'list') await listOf(redis, key, take);
  else if (type === 'stream') await streamOf(redis, key, take);
}

/** Calls with every value of every key of the database at `url`, and with the keys themselves; returns how many keys there are. */
export async function eachRedisValue(url: string, take: Take): Promise<number> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1, connectTimeout: 3000 });
  // the calls below reject with it
  redis.on('error', () => undefined);
  try {
    let keys = 0;
    let cursor = '0';
    do {
      const [next, found] = await redis.scanBuffer(cursor, 'COUNT', PAGE);
      for (const key of found) {
        const name = key.toString();
        take(name, key);
        await valuesOf(redis, key, (value) => take(name, value));
        keys++;
      }
      cursor = next.toString();
    } while (cursor !== '0');
    return keys;
  } finally {
    redis.disconnect();
  }
}
