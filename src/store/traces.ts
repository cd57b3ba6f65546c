// The traces that the requests of a run came in with.
import { sql } from 'kysely';
import type { Store } from '../runs/ports.ts';
import type { AskedTrace } from '../runs/tracing-port.ts';
import type { Context } from './db.ts';

/** As many links as a span has by default. */
const MOST = 128;

export const tracesStore = ({ db }: Context): Pick<Store, 'tracesOfRun'> => ({
  async tracesOfRun(tenant, runId) {
    // of a batch all requests came in with one
    const { rows } = await sql<AskedTrace>`
      select r.traceparent, min(r.received_at) as received_at
      from run_targets t join deletion_requests r on r.tenant_id = t.tenant_id and r.id = t.request_id
      where t.tenant_id = ${tenant} and t.run_id = ${runId} and r.traceparent is not null
      group by r.traceparent order by min(r.received_at), r.traceparent limit ${MOST}`.execute(db);
    return rows;
  },
});
