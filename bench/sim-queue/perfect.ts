// A planner that knows the whole year before it begins, has as many accelerators as it likes and is asked for nothing but due dates: no policy
// has fewer runs or misses fewer.
import { DAY } from '../../src/domain/window.ts';
import type { Outcome } from './simulate.ts';
import { modelsOf, requestsOf, runOf, type Setting, type SimRequest } from './world.ts';

/**
 * Of one model: as few runs as there can be. The first that must begin takes everybody who has come by then (the fewest points that hit
 * every interval from arrival to latest begin). A run of all costs less than two of the parts, so few are cheap, if not always the cheapest.
 */
function fewestRuns(requests: readonly SimRequest[], seconds: number): { at: number; requests: SimRequest[] }[] {
  const latest = (one: SimRequest) => Math.max(one.arrives_at, one.due_at - seconds);
  const byLatest = requests.toSorted((a, b) => latest(a) - latest(b));
  const taken = new Set<SimRequest>();
  const runs: { at: number; requests: SimRequest[] }[] = [];
  for (const first of byLatest) {
    if (taken.has(first)) continue;
    const at = latest(first);
    const who = byLatest.filter((one) => !taken.has(one) && one.arrives_at <= at);
    for (const one of who) taken.add(one);
    runs.push({ at, requests: who });
  }
  return runs;
}

export function perfect(setting: Setting): Outcome {
  const requests = requestsOf(setting);
  const byModel = Map.groupBy(requests, ({ model }) => model);
  const waits: number[] = [];
  const all = { runs: 0, seconds: 0, approximate: 0, missed: 0, reviewed: 0 };
  for (const [index, { profile }] of modelsOf(setting).entries()) {
    const own = byModel.get(index) ?? [];
    // it knows who fails, and tries them alone
    const failing = own.filter(({ fails }) => fails).map((one) => ({ at: one.arrives_at, requests: [one] }));
    const passing = own.filter(({ fails }) => !fails);
    for (const { at, requests: who } of [...fewestRuns(passing, profile.retrain), ...failing]) {
      const { seconds, approximate } = runOf(profile, who.length);
      all.runs++;
      all.seconds += seconds;
      if (approximate) all.approximate++;
      for (const { arrives_at } of who) waits.push(at + seconds - arrives_at);
    }
    all.reviewed += failing.length;
    // whoever is due before even a run of their own could end
    const alone = runOf(profile, 1).seconds;
    all.missed += own.filter(({ arrives_at, due_at }) => due_at - arrives_at < alone).length;
  }
  waits.sort((a, b) => a - b);
  const at = (share: number) => (waits[Math.floor(share * (waits.length - 1))] ?? 0) / DAY;
  return {
    ...{ policy: 'perfect planner', requests: requests.length, runs: all.runs, gpu_hours: all.seconds / 3600 },
    ...{ missed: all.missed, approximate_runs: all.approximate, split_runs: 0, reviewed: all.reviewed },
    ...{ median_days: at(0.5), p95_days: at(0.95) },
    busy_share: all.seconds / (setting.gpus * setting.days * DAY),
  };
}
