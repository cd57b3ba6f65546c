// The goal that the default method is held against, and by how much it is missed. Pure.
import { mean } from '../../src/metrics/statistics.ts';
import type { Goal } from '../shared/goal.ts';
import type { MethodRow, SettingRow } from './rows.ts';

/** What is asked of the default: its share of the parent’s retain recall, and of retraining’s time. */
const RETAIN_SHARE = 0.98;
const TIME_SHARE: Readonly<Record<string, number>> = { synthetic: 0.25, tofu: 0.1 };
/** Recall of the forgotten is a mean over fifty answers: as far as one of them it may lie above every retrained model’s. */
const RECALL_SLACK = 0.02;

const fixed = (value: number | null) => (value === null ? '–' : value.toFixed(3));

/** Checks of one seed; a method that did not end meets nothing. */
export function goalChecks(row: MethodRow, against: SettingRow): Goal[] {
  const { numbers, work } = row;
  if (numbers === null || work === null) return [{ what: 'it ends', met: false, found: row.refused?.message ?? '' }];
  const recalls = against.retrained.map((one) => one.forget_recall);
  const most = Math.max(...recalls);
  const aucs = against.retrained.map(({ auc }) => auc.loss?.value ?? Number.NaN);
  const middle = mean(aucs);
  const own = numbers.auc.loss;
  const kept = numbers.retain_recall / against.parent.retain_recall;
  const limit = TIME_SHARE[row.data] ?? 1;
  const within = own?.interval != null && own.interval.low <= middle && middle <= own.interval.high;
  const [low, high] = [Math.min(middle, own?.interval?.low ?? middle), Math.max(middle, own?.interval?.high ?? middle)];
  const outside = own?.interval == null ? Number.NaN : Math.max(own.interval.low - low, high - own.interval.high);
  const missed = (met: boolean, by: number) => (met ? '' : `; missed by ${fixed(by)}`);
  const recalled = numbers.forget_recall <= most + RECALL_SLACK;
  const fast = work.time_of_retraining <= limit;
  return [
    {
      what: 'forget recall at the retrained models’ level',
      met: recalled,
      found: `${fixed(numbers.forget_recall)}, retrained ${recalls.map(fixed).join(', ')}${missed(recalled, numbers.forget_recall - most)}`,
    },
    {
      what: 'interval of the AUC holds the retrained models’ mean',
      met: within,
      found: `${own?.interval ? `[${fixed(own.interval.low)}, ${fixed(own.interval.high)}]` : '–'}, retrained ${aucs.map(fixed).join(', ')}, mean ${fixed(middle)}${missed(within, outside)}`,
    },
    {
      what: `retain recall over ${RETAIN_SHARE} of the parent’s`,
      met: kept > RETAIN_SHARE,
      found: `${fixed(kept)}${missed(kept > RETAIN_SHARE, RETAIN_SHARE - kept)}`,
    },
    {
      what: `at most ${limit} of retraining’s time`,
      met: fast,
      found: `${fixed(work.time_of_retraining)}, in ${work.steps} steps for ${against.training.steps}${missed(fast, work.time_of_retraining - limit)}`,
    },
  ];
}
