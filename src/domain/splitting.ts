// A run that fails is split in two, so that nobody fails for somebody else: by halves, or by who stands out. Pure.

export interface Failed {
  /** Requests of the run, in the order in which they came. */
  requests: readonly string[];
  /** Of these, those whose people stand out, worst first; empty where nobody can be named. */
  suspects: readonly string[];
  /** Requests of the run that the first split was of, and runs that have come of it, this one among them. */
  root: { requests: number; runs: number };
}

/**
 * Runs that may come of one that failed. One request of n is found by halves in 2 log2 n of them; as many again are for another one. Beyond
 * that it is not single people that fail, and what is left is for somebody to look at.
 */
export const mostRuns = (requests: number): number => 4 * Math.ceil(Math.log2(Math.max(2, requests))) + 1;

/** The parts in the order in which they are tried: first those who are thought to pass. Null: it is not split. */
export function splitOf({ requests, suspects, root }: Failed): [string[], string[]] | null {
  if (requests.length < 2 || root.runs + 2 > mostRuns(root.requests)) return null;
  const known = new Set(requests);
  const named = suspects.filter((id) => known.has(id));
  const rest = requests.filter((id) => !named.includes(id));
  if (named.length > 0 && rest.length > 0 && named.length <= rest.length) return [rest, named];
  // whoever stands out least goes first
  const ranked = [...rest, ...named.toReversed()];
  const half = Math.ceil(ranked.length / 2);
  return [ranked.slice(0, half), ranked.slice(half)];
}
