// What Prometheus reads. Labels are states, route patterns, methods and status classes: nobody can add to them.
import type { FastifyBaseLogger } from 'fastify';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type WorkerNote, workersByTask } from '../domain/workers.ts';
import type { Figures, FiguresStore, WorkerStore } from '../runs/ports.ts';

/** How far ahead due dates are counted; 0: those that are missed by now. */
const DUE_DAYS = [0, 1, 7, 14] as const;
/** Scrapes within this time share one look at the store. */
const FRESH_MS = 5000;
const SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export interface Answered {
  method: string;
  /** The pattern, never the URL. */
  route: string;
  status: number;
  seconds: number;
}

export interface Monitor {
  answered(one: Answered): void;
  /** The page and its content type. A store that is away is one of the figures, not a failure. */
  page(): Promise<{ type: string; text: string }>;
}

function gaugesOf(registers: Registry[]) {
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Gauge({ name: `expunge_${name}`, help, labelNames, registers });
  return {
    up: gauge('store_up', '1 where the database answered this scrape'),
    open: gauge('requests_open', 'Deletion requests that have not ended, by state', ['state']),
    oldest: gauge('requests_oldest_seconds', 'Since the oldest of them was received, by state', ['state']),
    due: gauge('requests_due', 'Open requests that are due within so many days; 0: overdue', ['days']),
    runs: gauge('runs', 'Runs by state', ['state']),
    rate: gauge('unlearning_steps_per_second', 'Of the latest 20 attempts that have ended'),
    at_risk: gauge('requests_at_risk', 'Requests that wait and are expected to be done after they are due'),
    windows: gauge('windows_open', 'Models whose requests wait for others to come'),
    ledger: gauge('ledger_entries', 'Entries of the ledger'),
    workers: gauge('workers', 'Workers that were heard of in the last 30 s, by what they do', ['task']),
    gpuUsed: gauge('gpu_memory_used_bytes', 'Memory in use on a GPU of a worker, whoever uses it', ['gpu']),
    gpuTotal: gauge('gpu_memory_bytes', 'Memory of a GPU of a worker', ['gpu']),
  };
}

function showWorkers(
  { workers: seen, gpuUsed, gpuTotal }: ReturnType<typeof gaugesOf>,
  workers: readonly WorkerNote[],
): void {
  for (const [task, count] of Object.entries(workersByTask(workers))) seen.set({ task }, count);
  // workers of one machine tell of the same cards
  for (const { uuid: gpu, used_bytes, total_bytes } of workers.flatMap(({ gpus }) => gpus)) {
    gpuUsed.set({ gpu }, used_bytes);
    gpuTotal.set({ gpu }, total_bytes);
  }
}

function show(gauges: ReturnType<typeof gaugesOf>, figures: Figures | null): void {
  // a state that nothing is in any more must not keep its last count
  for (const gauge of Object.values(gauges)) gauge.reset();
  gauges.up.set(figures === null ? 0 : 1);
  if (figures === null) return;
  for (const { state, count, oldest_seconds } of figures.requests) {
    gauges.open.set({ state }, count);
    gauges.oldest.set({ state }, oldest_seconds);
  }
  for (const { days, count } of figures.due) gauges.due.set({ days: String(days) }, count);
  for (const { state, count } of figures.runs) gauges.runs.set({ state }, count);
  if (figures.steps_per_second !== null) gauges.rate.set(figures.steps_per_second);
  gauges.ledger.set(figures.ledger_entries);
  gauges.at_risk.set(figures.forecast.at_risk);
  gauges.windows.set(figures.forecast.windows);
}

export function createMonitor(
  store: Pick<FiguresStore & WorkerStore, 'figures' | 'workersSeen'>,
  log: FastifyBaseLogger,
): Monitor {
  const registry = new Registry();
  const gauges = gaugesOf([registry]);
  const latency = new Histogram({
    ...{ name: 'expunge_http_request_duration_seconds', help: 'From the request to the end of its answer' },
    ...{ labelNames: ['method', 'route', 'status'] as const, buckets: SECONDS, registers: [registry] },
  });
  let looked = Number.NEGATIVE_INFINITY;
  let watching = false;
  return {
    answered: ({ method, route, status, seconds }) =>
      latency.observe({ method, route, status: `${Math.floor(status / 100)}xx` }, seconds),
    async page() {
      // watching the process costs something, which nobody pays who never looks
      if (!watching) collectDefaultMetrics({ register: registry });
      watching = true;
      if (performance.now() - looked >= FRESH_MS) {
        const [figures, workers] = await Promise.all([store.figures(DUE_DAYS), store.workersSeen()]).catch(
          (err: unknown) => {
            log.warn({ err }, 'The store has no figures');
            return [null, []] as const;
          },
        );
        looked = performance.now();
        show(gauges, figures);
        if (figures !== null) showWorkers(gauges, workers);
      }
      return { type: registry.contentType, text: await registry.metrics() };
    },
  };
}
