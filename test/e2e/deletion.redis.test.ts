import { redisContents } from '../helpers/contents.ts';
import { deletionContract } from './deletion-contract.ts';

const given = process.env.REDIS_URL;
if (!given) throw new Error('Set REDIS_URL to a Redis whose database 6 the tests may write to');
// a database of its own: other tests must neither hear these rings nor lose theirs
const url = new URL(given);
url.pathname = '/6';

deletionContract('redis', { env: { REDIS_URL: url.href }, contents: () => redisContents(url.href) });
