// What is asked of sequences, and by how much it is missed. Pure.
import type { Goal } from '../shared/goal.ts';
import { costOf, type SequenceResult, utilityShare } from './page.ts';

const UTILITY = 0.97;
const COST = 0.1;

export function goalsOf({ walked }: Pick<SequenceResult, 'walked'>): Goal[] {
  const of = (name: string) => walked.find(({ variant }) => variant.name === name);
  const [single, batch] = [of('one-by-one'), of('at-once')];
  const goals: Goal[] = [];
  if (single) {
    const share = utilityShare(single);
    const { people, people_above, verdict } = single.again;
    const undone = single.steps.filter(({ method }) => method === null).length;
    goals.push(
      {
        what: `after 20 requests one by one retain recall over ${UTILITY} of the start`,
        met: share > UTILITY,
        found: share.toFixed(3),
      },
      {
        what: 'no earlier person above never-seen level',
        met: people === 20 && people_above === 0 && verdict !== 'failed' && undone === 0,
        found: `${people_above} of ${people}, ${verdict ?? 'nobody looked at'}${undone > 0 ? `; ${undone} requests undone` : ''}`,
      },
    );
  }
  if (single && batch) {
    const ratio = costOf(batch) / costOf(single);
    goals.push({
      what: `a request in a batch of 20 at most ${COST} of one by one`,
      met: ratio <= COST,
      found: `${ratio.toFixed(3)} (${costOf(batch).toFixed(1)} s, ${costOf(single).toFixed(1)} s)`,
    });
  }
  return goals;
}
