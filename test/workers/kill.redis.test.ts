import { Redis } from 'ioredis';
import { killContract } from './kill-contract.ts';

const given = process.env.REDIS_URL;
if (!given) throw new Error('Set REDIS_URL to a Redis whose database 7 the tests may empty');
// a database of its own: other tests must neither hear these rings nor lose theirs
const url = new URL(given);
url.pathname = '/7';

killContract('redis', {
  env: () => ({ REDIS_URL: url.href }),
  async wipe() {
    const redis = new Redis(url.href);
    await redis.flushdb();
    redis.disconnect();
  },
});
