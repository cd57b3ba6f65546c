// What waits, who takes it, and when it will be done, as the store tells it.
import type { Capabilities } from '../domain/capabilities.ts';
import type { ModelForecast, RequestAtRisk, RequestForecast, Scheduling } from '../domain/scheduling.ts';

export interface WorkerNews extends Capabilities {
  id: string;
  /** What it computes on, where nobody else may meanwhile; null: it may be shared, as cores are. */
  accelerator: string | null;
}

export interface Forecast {
  at: string;
  workers: number;
  models: ModelForecast[];
  /** Those that are due first; at most so many as were asked for. */
  at_risk: RequestAtRisk[];
}

export interface QueueStore {
  /** Models on which something may begin now, in the order in which it is to begin: what the sweep rings for. */
  modelsToRing(): Promise<string[]>;
  /** The same, of those that a worker can take; none while another worker computes on its accelerator. */
  modelsToRun(worker: WorkerNews): Promise<string[]>;
  /** Whether a worker can take the runs of a model, and nobody else computes on its accelerator. */
  mayTake(modelId: string, worker: WorkerNews): Promise<boolean>;
  /** Of a tenant's models; other tenants' runs count, and are not told of. */
  forecast(tenant: string, most: number): Promise<Forecast>;
  /** Of one request; null: there is none. */
  requestForecast(tenant: string, requestId: string): Promise<RequestForecast | null>;
  /** Open requests of all tenants that wait and will be late, by the forecast, and windows that are open. */
  forecastFigures(): Promise<{ at_risk: number; windows: number; workers: number }>;
  /** Null: there is no such model. */
  schedulingOf(tenant: string, modelId: string): Promise<Scheduling | null>;
  /**
   * With a ledger entry. False: there is no such model. `check` throws where the caller expects another choice than is there; nobody chooses
   * meanwhile.
   */
  chooseScheduling(
    tenant: string,
    modelId: string,
    chosen: Omit<Scheduling, 'updated_at'>,
    actor: string,
    check?: (present: Scheduling) => void,
  ): Promise<boolean>;
}
