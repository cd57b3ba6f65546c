// What the service's own rules say of a candidate, and the numbers that they look at.
import { loadModel, openModel } from '../../src/compute/checkpoint.ts';
import { planProbes } from '../../src/compute/probes.ts';
import { type SetScores, scoreSets, type VerificationSets } from '../../src/compute/score-sets.ts';
import { loadSets } from '../../src/compute/sets.ts';
import type { Engine, HostTensors } from '../../src/domain/engine.ts';
import { PRESETS } from '../../src/domain/policies.ts';
import type { Finding, Verdict, VerificationPolicy } from '../../src/domain/verification.ts';
import { buildReport } from '../../src/metrics/report.ts';
import { askedOf, type Companions, openCompanions } from './companions.ts';
import type { Scene } from './scene.ts';
import { type Play, roles } from './strangers.ts';

/** Records of each person, as `strict` asks for. */
const GRADIENTS = PRESETS.strict.policy.gradient_records!;

export interface Judge {
  /** Verdicts by policy, and the values of the findings about the forgotten by metric. */
  judge(weights: HostTensors, exact: boolean): Promise<Judgement>;
  /** Verdicts on people never seen who play the forgotten one, by its weights. */
  play(weights: HostTensors): Promise<Play[]>;
}
export interface Judgement {
  verdicts: Record<string, { verdict: Verdict; reason: string }>;
  values: Record<string, number>;
}

/** Which rule a reason names. */
export const ruleOf = (reason: string): string | null => /^The (\w+) rule/.exec(reason)?.[1] ?? null;

type Scored = Record<'before' | 'after', SetScores>;

/** For one forgotten person. */
export async function openJudge(
  engine: Engine,
  scene: Scene,
  { parent, setsFile, ...companions }: { parent: string; setsFile: string } & Companions,
  policies: Record<string, VerificationPolicy>,
): Promise<Judge> {
  const model = await openModel(parent);
  const job = { sets_file: setsFile, corpora: scene.corpora };
  const { forget, retain, holdout } = await loadSets(job, model, ['forget', 'retain', 'holdout']);
  const sets: VerificationSets = { forget, retain: retain.slice(0, 100), holdout };
  const context = { engine, signal: new AbortController().signal };
  const probes = planProbes(sets, model.tokenizer, model.architecture.contextLength(model.config), 1);
  const under = (weights: HostTensors, judges: SetScores[] | null) =>
    scoreSets({ ...model, weights }, sets, context, 1, () => undefined, { judges, probes, gradients: GRADIENTS });
  const { weights: known } = await loadModel(parent);
  const beside = await openCompanions(engine, sets, companions);
  const rest = { baseline: null, seed: 1, seconds: 0 };
  const scored = async (weights: HostTensors) => {
    const after = await under(weights, null);
    const before = await under(known, [after]);
    beside([before, after]);
    return { before, after };
  };
  const reportsOf = ({ before, after }: Scored, exact: boolean) =>
    Object.entries(policies).map(([name, policy]) => {
      const asked = { before: askedOf(policy, before), after: askedOf(policy, after) };
      return [name, buildReport({ ...asked, policy, exact, ...rest })] as const;
    });
  return {
    async play(weights) {
      const { before, after } = await scored(weights);
      return [...roles(before, after)].flatMap(({ against, ...scores }) =>
        reportsOf(scores, false).map(([policy, { verdict, reason }]): Play => {
          return { policy, against, verdict, rule: ruleOf(reason) };
        }),
      );
    },
    async judge(weights, exact) {
      const { before, after } = await scored(weights);
      const reports = reportsOf({ before, after }, exact);
      const all = buildReport({ before, after, policy: PRESETS.strict.policy, exact, ...rest });
      const about = ({ set, after }: Finding) => set === 'forget' && after !== null;
      return {
        verdicts: Object.fromEntries(reports.map(([name, { verdict, reason }]) => [name, { verdict, reason }])),
        values: Object.fromEntries(all.findings.filter(about).map(({ metric, after }) => [metric, after!])),
      };
    },
  };
}
