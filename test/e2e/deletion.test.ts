import { databaseContents } from '../helpers/contents.ts';
import { deletionContract } from './deletion-contract.ts';

deletionContract('postgres', { env: { REDIS_URL: '' }, contents: (url) => databaseContents(url, 'bullmq') });
