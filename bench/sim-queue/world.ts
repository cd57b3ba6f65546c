// What is simulated: models, what their runs cost, and a year of requests. Times in seconds from the beginning of the year.
import { createRandom, type Random, seedFrom } from '../../src/domain/random.ts';
import { DAY } from '../../src/domain/window.ts';

/** What a run costs by its people, and whether it is one of steps, after which the model is no longer what its recipe says. */
export interface RunOf {
  seconds: number;
  approximate: boolean;
}

export interface Profile {
  name: string;
  /** From which measurement. */
  source: string;
  /** Seconds of training again and verifying, whoever is in it. */
  retrain: number;
  /** Seconds of a method of steps and verification: fixed, and by person. Null: training again is cheaper for one already. */
  steps: { fixed: number; per_person: number } | null;
}

/** Seconds that one request alone takes on these accelerators: that of the larger model as it was measured, on two cores. */
export const ALONE = 1611;

/** Measured seconds, and so ratios; those of the smaller model are scaled until one request alone takes as long as one of the larger. */
const tofu = (seconds: number): number => (seconds * ALONE) / 72.2;
export const PROFILES: readonly Profile[] = [
  {
    name: 'small',
    source:
      'benchmarks.md: one TOFU author 72.2 s (calibrating 2.0, unlearning 22.8, repairing 31.5, verifying 15.6, loading 0.3), four authors 183.2 s by the same method, training again and verifying 180.4 s',
    retrain: tofu(180.4),
    steps: { fixed: tofu(72.2 - (183.2 - 72.2) / 3), per_person: tofu((183.2 - 72.2) / 3) },
  },
  {
    name: 'large',
    source:
      'smollm2.md: SmolLM2-135M with adapters, one author 1611 s (unlearning 1018, verifying 593), training again and verifying 1004 s (693 + 66 + 2 + 243)',
    retrain: 1004,
    steps: null,
  },
];

/** As the plan does: steps where they are cheaper than training again. */
export function runOf({ retrain, steps }: Profile, people: number): RunOf {
  const seconds = steps === null ? Number.POSITIVE_INFINITY : steps.fixed + steps.per_person * people;
  return seconds < retrain ? { seconds, approximate: true } : { seconds: retrain, approximate: false };
}

export interface SimModel {
  id: string;
  tenant: string;
  profile: Profile;
  records: number;
}

export interface SimRequest {
  id: string;
  model: number;
  arrives_at: number;
  due_at: number;
  urgent: boolean;
  /** No run that holds it passes. */
  fails: boolean;
}

export interface Setting {
  seed: number;
  days: number;
  models: number;
  tenants: number;
  gpus: number;
  /** Of all models together, on average. */
  requests_per_day: number;
  /** Bursts in all, and requests of each: a breach, or a letter to all customers. */
  bursts: number;
  burst_requests: number;
  /** Of a request, the chance that it cannot be done, and that it is urgent. */
  failing: number;
  urgent: number;
}

export const YEAR: Setting = {
  ...{ seed: 1, days: 365, models: 50, tenants: 10, gpus: 8, requests_per_day: 350 },
  ...{ bursts: 24, burst_requests: 400, failing: 0.0005, urgent: 0.002 },
};

/** Days between what the person asked and what arrives here, of 30: most come soon, some late, and a few when they are due already. */
function lateness(random: Random): number {
  const kind = random.next();
  if (kind < 0.0002) return 30 + random.next();
  if (kind < 0.01) return 27 + 2 * random.next();
  return 20 * random.next() ** 2;
}

const exponential = (random: Random, mean: number): number => -mean * Math.log(1 - random.next());

/** Models are asked for by rank, the k-th as often as k^-0.8. */
function pickerOf(models: number, random: Random): () => number {
  const weights = Array.from({ length: models }, (_, k) => (k + 1) ** -0.8);
  const all = weights.reduce((sum, one) => sum + one, 0);
  return () => {
    let left = random.next() * all;
    return Math.max(
      0,
      weights.findIndex((weight) => {
        left -= weight;
        return left < 0;
      }),
    );
  };
}

export function modelsOf({ models, tenants }: Setting): SimModel[] {
  return Array.from({ length: models }, (_, i) => ({
    ...{ id: `model-${String(i).padStart(3, '0')}`, tenant: `tenant-${i % tenants}`, records: 100_000 },
    profile: PROFILES[i % PROFILES.length]!,
  }));
}

/** Arrivals of a Poisson process, and bursts of one model within an hour; by time. */
export function requestsOf(setting: Setting): SimRequest[] {
  const random = createRandom(seedFrom(`requests/${setting.seed}`));
  const pick = pickerOf(setting.models, random);
  const end = setting.days * DAY;
  const arrivals: { at: number; model: number }[] = [];
  for (let at = exponential(random, DAY / setting.requests_per_day); at < end; ) {
    arrivals.push({ at, model: pick() });
    at += exponential(random, DAY / setting.requests_per_day);
  }
  for (let burst = 0; burst < setting.bursts; burst++) {
    const [from, model] = [random.next() * end, random.int(setting.models)];
    for (let i = 0; i < setting.burst_requests; i++) arrivals.push({ at: from + random.next() * 3600, model });
  }
  arrivals.sort((a, b) => a.at - b.at);
  return arrivals.map(({ at, model }, i) => ({
    ...{ id: String(i).padStart(7, '0'), model, arrives_at: at, due_at: at + (30 - lateness(random)) * DAY },
    ...{ urgent: random.next() < setting.urgent, fails: random.next() < setting.failing },
  }));
}
