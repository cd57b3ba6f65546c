// The configuration of every process of this benchmark.
import { type Config, readConfig } from '../../src/config.ts';

export interface Place {
  home: string;
  databaseUrl: string;
  /** Empty: there is no Redis. */
  redisUrl: string;
}

/** Without a limit on calls: the limit would be what is measured. */
export const configOf = ({ home, databaseUrl, redisUrl }: Place, auth: 'none' | 'required'): Config =>
  readConfig({
    ...{ DATA_DIR: home, DATABASE_URL: databaseUrl, LOG_LEVEL: 'silent', PORT: '0', AUTH: auth },
    // and with a budget of everybody: beyond it every request would wait for approval, which is another path
    ...{ RATE_LIMIT_PER_MINUTE: '0', BUDGET_SHARE: '1', ...(redisUrl === '' ? {} : { REDIS_URL: redisUrl }) },
  });
