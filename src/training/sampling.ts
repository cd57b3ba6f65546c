// Drawing the next token: temperature, then top-k, then top-p, then one uniform number.

/** Defaults draw from the model’s own distribution. */
export interface Sampling {
  /** Logits are divided by it; above zero. */
  temperature?: number;
  /** Only the most likely tokens, this many; 0: all. */
  topK?: number;
  /** Only the most likely tokens that together have at least this probability, in (0, 1]. https://arxiv.org/abs/1904.09751 */
  topP?: number;
  /** Same seed, weights and prompts: same answers, however they are batched. */
  seed: number;
}

/** Throws an Error naming the value that is out of range. */
export function checkSampling({ temperature = 1, topK = 0, topP = 1 }: Sampling): void {
  if (!(temperature > 0 && Number.isFinite(temperature)))
    throw new Error('temperature must be above 0; greedy needs no sampling');
  if (!(Number.isInteger(topK) && topK >= 0)) throw new Error('topK must be a whole number, 0 for no limit');
  if (!(topP > 0 && topP <= 1)) throw new Error('topP must be above 0 and at most 1');
}

/** The most likely first, equal ones by id. */
const byLogit = (ids: number[], logits: Float32Array): number[] => ids.sort((a, b) => logits[b]! - logits[a]! || a - b);

/** The `count` tokens with the largest logits, as `byLogit` has them. One pass: most logits are below all that were kept, and sorting them takes milliseconds. */
function mostLikely(logits: Float32Array, count: number): number[] {
  const ids: number[] = [];
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id]!;
    if (ids.length === count) {
      if (logit <= logits[ids[count - 1]!]!) continue;
      ids.pop();
    }
    let at = ids.length;
    for (; at > 0 && logits[ids[at - 1]!]! < logit; at--) ids[at] = ids[at - 1]!;
    ids[at] = id;
  }
  return ids;
}

function largestOf(logits: Float32Array): number {
  let largest = -Infinity;
  for (const logit of logits) if (logit > largest) largest = logit;
  return largest;
}

/** The token of logits (V) that a uniform number in [0, 1) chooses. Pure, so a sequence of numbers is an answer. */
export function pickToken(
  logits: Float32Array,
  { temperature = 1, topK = 0, topP = 1 }: Sampling,
  uniform: number,
): number {
  const vocab = logits.length;
  const largest = largestOf(logits);
  let ids = topK > 0 && topK < vocab ? mostLikely(logits, topK) : Array.from(logits.keys());
  const weights = new Float64Array(vocab);
  for (const id of ids) weights[id] = Math.exp((logits[id]! - largest) / temperature);
  let mass = ids.reduce((sum, id) => sum + weights[id]!, 0);
  if (topP < 1) {
    // tokens below this weight have less than 1 - p together, so none is needed to reach p: few are left to sort
    const floor = (mass * (1 - topP)) / vocab;
    const ordered = byLogit(
      ids.filter((id) => weights[id]! >= floor),
      logits,
    );
    let [kept, reached] = [0, 0];
    while (kept < ordered.length && reached < topP * mass) reached += weights[ordered[kept++]!]!;
    ids = ordered.slice(0, kept);
    mass = reached;
  }
  let left = uniform * mass;
  for (const id of ids) {
    left -= weights[id]!;
    if (left < 0) return id;
  }
  // rounding left a crumb: the last token that can be drawn at all
  return ids.findLast((id) => weights[id]! > 0)!;
}
