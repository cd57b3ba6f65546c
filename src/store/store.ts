// The store over Postgres: every method of the port, put together from one file a noun.
import { sql } from 'kysely';
import { ExpungeError } from '../errors.ts';
import type { Store } from '../runs/ports.ts';
import { actStore } from './act.ts';
import { apiKeysStore } from './api-keys.ts';
import { askedRecordsStore } from './asked-records.ts';
import { certificatesStore } from './certificates.ts';
import { checkpointsStore } from './checkpoints.ts';
import { claimsStore } from './claims.ts';
import { corporaStore } from './corpora.ts';
import { type Context, connect, type StoreOptions, unavailable } from './db.ts';
import { deletionsStore } from './deletions.ts';
import { endingStore } from './ending.ts';
import { erasureFactsStore } from './erasure-facts.ts';
import { erasuresStore } from './erasures.ts';
import { figuresStore } from './figures.ts';
import { forgettingStore } from './forgetting.ts';
import { holdUnusualStore } from './hold-unusual.ts';
import { idempotencyStore } from './idempotency.ts';
import { influenceStore } from './influence.ts';
import { intakeStore } from './intake.ts';
import { keptProbesStore } from './kept-probes.ts';
import { keyVersionsStore } from './key-versions.ts';
import { lapseStore } from './lapse.ts';
import { ledgerStore } from './ledger.ts';
import { ledgerCheckpointsStore } from './ledger-checkpoints.ts';
import { migrate } from './migrate.ts';
import { modelsStore } from './models.ts';
import { movesStore } from './moves.ts';
import { opendsrStore } from './opendsr.ts';
import { policiesStore } from './policies.ts';
import { probesStore } from './probes.ts';
import { promotionStore } from './promotion.ts';
import { publishStore } from './publish.ts';
import { queueStore } from './queue.ts';
import { recipientsStore } from './recipients.ts';
import { referencesStore } from './references.ts';
import { requestForecastStore } from './request-forecast.ts';
import { requestsStore } from './requests.ts';
import { restrictionsStore } from './restrictions.ts';
import { reverificationsStore } from './reverifications.ts';
import { exactTriesStore, reportsStore, runsStore } from './runs.ts';
import { schedulingStore } from './scheduling.ts';
import { seenStore } from './seen.ts';
import { setsStore } from './sets.ts';
import { splitsStore } from './splits.ts';
import { storedTextsStore } from './stored-texts.ts';
import { subjectLookupStore } from './subject-lookup.ts';
import { suppressionsStore } from './suppressions.ts';
import { sweepStore } from './sweep.ts';
import { tenantsStore } from './tenants.ts';
import { tracesStore } from './traces.ts';
import { uploadsStore } from './uploads.ts';
import { verificationsStore } from './verifications.ts';
import { waitingStore } from './waiting.ts';
import { watchStore } from './watch.ts';
import { webhookDeliveriesStore } from './webhook-deliveries.ts';
import { webhookEndpointsStore } from './webhook-endpoints.ts';
import { webhookWorkStore } from './webhook-work.ts';
import { workersStore } from './workers.ts';

/** Errors of a server that is away become `service-unavailable`, whichever method met them. */
function guarded<T extends object>(store: T): T {
  return new Proxy(store, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== 'function') return member;
      return async (...input: unknown[]) => {
        try {
          return await member.apply(target, input);
        } catch (error) {
          throw unavailable(error);
        }
      };
    },
  });
}

const ofRuns = (context: Context) => ({
  ...runsStore(context),
  ...exactTriesStore(context),
  ...holdUnusualStore(context),
  ...reportsStore(context),
  ...sweepStore(context),
  ...claimsStore(context),
  ...splitsStore(context),
  ...lapseStore(context),
  ...queueStore(context),
  ...requestForecastStore(context),
  ...schedulingStore(context),
  ...setsStore(context),
  ...seenStore(context),
  ...movesStore(context),
  ...publishStore(context),
});

const ofWebhooks = (context: Context) => ({
  ...webhookEndpointsStore(context),
  ...webhookDeliveriesStore(context),
  ...webhookWorkStore(context),
  ...opendsrStore(context),
});

/**
 * The store. Connects with the first query; `close()` ends the pool and may be called twice.
 * Methods throw `service-unavailable` when Postgres does not answer.
 */
export function createStore(options: StoreOptions): Store {
  const context = connect(options);
  let closed: Promise<void> | undefined;
  const store: Store = {
    migrate: () => migrate(context.db),
    async ping() {
      try {
        await sql`select 1`.execute(context.db);
      } catch (cause) {
        throw new ExpungeError('service-unavailable', 'Postgres does not answer.', { cause });
      }
    },
    close() {
      closed ??= Promise.all([context.db.destroy(), context.pipeline.close()]).then(() => undefined);
      return closed;
    },
    ...corporaStore(context),
    ...modelsStore(context),
    ...checkpointsStore(context),
    ...intakeStore(context),
    ...keyVersionsStore(context),
    ...subjectLookupStore(context),
    ...suppressionsStore(context),
    ...restrictionsStore(context),
    ...requestsStore(context),
    ...actStore(context),
    ...waitingStore(context),
    ...promotionStore(context),
    ...ofRuns(context),
    ...ofWebhooks(context),
    ...certificatesStore(context),
    ...ledgerStore(context),
    ...ledgerCheckpointsStore(context),
    ...probesStore(context),
    ...idempotencyStore(context),
    ...influenceStore(context),
    ...policiesStore(context),
    ...deletionsStore(context),
    ...endingStore(context),
    ...forgettingStore(context),
    ...keptProbesStore(context),
    ...recipientsStore(context),
    ...referencesStore(context),
    ...tenantsStore(context),
    ...uploadsStore(context),
    ...askedRecordsStore(context),
    ...verificationsStore(context),
    ...reverificationsStore(context),
    ...apiKeysStore(context),
    ...watchStore(context),
    ...erasuresStore(context),
    ...erasureFactsStore(context),
    ...storedTextsStore(context),
    ...figuresStore(context),
    ...tracesStore(context),
    ...workersStore(context),
  };
  return guarded(store);
}
