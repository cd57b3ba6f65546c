import { wipePostgresQueue } from '../helpers/queues.ts';
import { killContract } from './kill-contract.ts';

killContract('postgres', { env: () => ({}), wipe: wipePostgresQueue });
