// Discrete events: requests arrive, windows end, runs end. When a run begins, whose, and how a failed one is split, is decided by the service's
// own code; what a run takes is the measured model of world.ts.
import { type Candidate, inOrder, USAGE_HALF_LIFE } from '../../src/domain/queue-order.ts';
import { costOf, type PastRun, secondsOf } from '../../src/domain/run-cost.ts';
import { splitOf } from '../../src/domain/splitting.ts';
import { DAY, decideWindow, type WindowPolicy } from '../../src/domain/window.ts';
import { Events } from './events.ts';
import { ALONE, modelsOf, requestsOf, runOf, type Setting, type SimModel, type SimRequest } from './world.ts';

/** Whether those who wait begin now, and else when to ask again. */
export interface Policy {
  name: string;
  /** Requests of a run at most. */
  most: number;
  window: WindowPolicy | { fixed: number };
}

export interface Outcome {
  policy: string;
  requests: number;
  runs: number;
  /** Of compute, all runs together. */
  gpu_hours: number;
  /** Done after they were due. */
  missed: number;
  approximate_runs: number;
  split_runs: number;
  /** Ended without being done, since no run passes with them. */
  reviewed: number;
  median_days: number;
  p95_days: number;
  busy_share: number;
}

/** As `src/store/past-runs.ts` reads them. */
const PAST = 20;
const COUNTED = 90 * DAY;

interface Batch {
  requests: SimRequest[];
  /** Of a run that was split. */
  root: { requests: number; runs: number } | null;
}

interface State {
  model: SimModel;
  waiting: SimRequest[];
  halves: Batch[];
  running: boolean;
  past: PastRun[];
  arrivals: number[];
  wakes_at: number;
}

type Event =
  | { type: 'arrival'; request: SimRequest }
  | { type: 'wake'; model: number }
  | { type: 'end'; model: number; batch: Batch };

const arrivalsPerSecond = ({ arrivals }: State, now: number): number => {
  while (arrivals.length > 0 && arrivals[0]! < now - COUNTED) arrivals.shift();
  return arrivals.length / Math.max(DAY, Math.min(COUNTED, now));
};

class Simulation {
  readonly #events = new Events<Event>();
  readonly #states: State[];
  readonly #policy: Policy;
  readonly #usage = new Map<string, { seconds: number; at: number }>();
  readonly #done: { request: SimRequest; at: number; passed: boolean }[] = [];
  readonly #setting: Setting;
  #free: number;
  #seconds = 0;
  #runs = 0;
  #approximate = 0;
  #split = 0;

  constructor(setting: Setting, policy: Policy) {
    this.#setting = setting;
    this.#policy = policy;
    this.#free = setting.gpus;
    this.#states = modelsOf(setting).map((model) => ({
      ...{ model, waiting: [], halves: [], running: false, past: [], arrivals: [], wakes_at: Number.POSITIVE_INFINITY },
    }));
    for (const request of requestsOf(setting)) this.#events.add(request.arrives_at, { type: 'arrival', request });
  }

  /** Whether a run of the model is to begin; where it is not, it is woken when that may change. */
  #begins(state: State, index: number, now: number): boolean {
    if (state.running || (state.waiting.length === 0 && state.halves.length === 0)) return false;
    if (state.halves.length > 0) return true;
    const { window } = this.#policy;
    const at = 'fixed' in window ? this.#fixed(state, window.fixed) : this.#decided(state, window, now);
    if (at <= now) return true;
    if (at !== state.wakes_at) this.#events.add(at, { type: 'wake', model: index });
    state.wakes_at = at;
    return false;
  }

  #fixed({ waiting }: State, fixed: number): number {
    if (waiting.some(({ urgent }) => urgent)) return 0;
    return waiting[0]!.arrives_at + fixed;
  }

  #decided(state: State, policy: WindowPolicy, now: number): number {
    const waiting = state.waiting.map(({ arrives_at, due_at, urgent }) => ({
      ...{ ready_at: arrives_at, due_at, urgent, again: false, records: 10 },
    }));
    const facts = { now, waiting, cost: costOf(state.past), arrivals: arrivalsPerSecond(state, now) };
    const decision = decideWindow({ ...facts, model_records: state.model.records }, policy);
    return decision.start === 'now' ? now : decision.at;
  }

  #used(tenant: string, now: number): number {
    const { seconds, at } = this.#usage.get(tenant) ?? { seconds: 0, at: now };
    return seconds * 0.5 ** ((now - at) / USAGE_HALF_LIFE);
  }

  #candidate({ model, waiting, halves, past }: State): Candidate {
    const who = halves[0]?.requests ?? waiting;
    const cost = costOf(past);
    return {
      ...{ model_id: model.id, tenant: model.tenant, urgent: who.some(({ urgent }) => urgent) },
      due_at: who.reduce((first, { due_at }) => Math.min(first, due_at), Number.POSITIVE_INFINITY),
      ready_at: who[0]!.arrives_at,
      seconds: cost === null ? ALONE : secondsOf(cost, who.length),
    };
  }

  /** Gives free accelerators to models in the service's order. */
  #assign(ready: Set<number>, now: number): void {
    while (this.#free > 0 && ready.size > 0) {
      const byModel = new Map([...ready].map((index) => [this.#states[index]!.model.id, index]));
      const candidates = [...ready].map((index) => this.#candidate(this.#states[index]!));
      const usage = new Map(candidates.map(({ tenant }) => [tenant, this.#used(tenant, now)]));
      const index = byModel.get(inOrder(candidates, usage, now)[0]!.model_id)!;
      ready.delete(index);
      this.#start(index, now);
    }
  }

  #start(index: number, now: number): void {
    const state = this.#states[index]!;
    const batch = state.halves.shift() ?? { requests: this.#take(state), root: null };
    const people = batch.requests.length;
    const { seconds, approximate } = runOf(state.model.profile, people);
    // where its steps fail, the plan goes on with training again
    const fails = batch.requests.some((request) => request.fails);
    const all = seconds + (fails && approximate ? state.model.profile.retrain : 0);
    this.#free--;
    this.#runs++;
    this.#seconds += all;
    if (approximate && !fails) this.#approximate++;
    const { tenant } = state.model;
    this.#usage.set(tenant, { seconds: this.#used(tenant, now) + all, at: now });
    state.running = true;
    state.past = [...state.past, { people, seconds: all }].slice(-PAST);
    this.#events.add(now + all, { type: 'end', model: index, batch });
  }

  /** Those that are due first, where a run may not take all. */
  #take(state: State): SimRequest[] {
    const byDue = state.waiting.toSorted((a, b) => Number(b.urgent) - Number(a.urgent) || a.due_at - b.due_at);
    const taken = new Set(byDue.slice(0, this.#policy.most));
    state.waiting = state.waiting.filter((request) => !taken.has(request));
    return [...taken];
  }

  #ended(index: number, { requests, root }: Batch, now: number): void {
    const state = this.#states[index]!;
    state.running = false;
    this.#free++;
    if (!requests.some(({ fails }) => fails)) {
      for (const request of requests) this.#done.push({ request, at: now, passed: true });
      return;
    }
    const family = root ?? { requests: requests.length, runs: 1 };
    // nobody is named: the harder case
    const parts = splitOf({ requests: requests.map(({ id }) => id), suspects: [], root: family });
    if (parts === null) {
      for (const request of requests) this.#done.push({ request, at: now, passed: false });
      return;
    }
    this.#split++;
    family.runs += 2;
    const byId = new Map(requests.map((request) => [request.id, request]));
    state.halves.unshift(...parts.map((ids) => ({ requests: ids.map((id) => byId.get(id)!), root: family })));
  }

  run(): Outcome {
    const ready = new Set<number>();
    for (let step = this.#events.take(); step !== null; step = this.#events.take()) {
      const { at, event } = step;
      const index = event.type === 'arrival' ? event.request.model : event.model;
      const state = this.#states[index]!;
      if (event.type === 'arrival') {
        state.waiting.push(event.request);
        state.arrivals.push(at);
      } else if (event.type === 'end') this.#ended(index, event.batch, at);
      else if (state.wakes_at !== at) continue;
      if (!ready.has(index) && this.#begins(state, index, at)) ready.add(index);
      this.#assign(ready, at);
    }
    return this.#outcome();
  }

  #outcome(): Outcome {
    const waits = this.#done.map(({ request, at }) => at - request.arrives_at).sort((a, b) => a - b);
    const at = (share: number) => (waits[Math.floor(share * (waits.length - 1))] ?? 0) / DAY;
    const passed = this.#done.filter((one) => one.passed);
    return {
      ...{ policy: this.#policy.name, requests: this.#done.length, runs: this.#runs, gpu_hours: this.#seconds / 3600 },
      missed: this.#done.filter(({ request, at: end }) => end > request.due_at).length,
      ...{ approximate_runs: this.#approximate, split_runs: this.#split },
      reviewed: this.#done.length - passed.length,
      ...{ median_days: at(0.5), p95_days: at(0.95) },
      busy_share: this.#seconds / (this.#setting.gpus * this.#setting.days * DAY),
    };
  }
}

export const simulate = (setting: Setting, policy: Policy): Outcome => new Simulation(setting, policy).run();
