// What is asked in a soak, by seed: kinds of requests and how each has to end. Pure.
import { createRandom, type Random } from '../../src/domain/random.ts';
import type { RequestState } from '../../src/domain/states.ts';

interface Kind {
  /** Of all requests. */
  share: number;
  /** Whether models were trained on the person. */
  known: boolean;
  /** Null: the answer to its last call decides. */
  ends: RequestState | null;
}

/** Each of them takes another way through the states. */
export const KINDS = {
  /** Filed, and forgotten by whatever run comes by. */
  plain: { share: 0.566, known: true, ends: 'completed' },
  /** In no corpus. */
  stranger: { share: 0.12, known: false, ends: 'completed_no_data' },
  /** Taken back within its cooling-off time. */
  withdrawn: { share: 0.08, known: true, ends: 'cancelled' },
  /** Nobody verified who asked, and it is refused for that. */
  denied: { share: 0.06, known: true, ends: 'denied' },
  /** Verified after a while. */
  verified: { share: 0.05, known: true, ends: 'completed' },
  /** Held before it was verified, and released. */
  held: { share: 0.05, known: true, ends: 'completed' },
  /** Cancelled at once: whether a run was faster, the answer says. */
  raced: { share: 0.06, known: true, ends: null },
  /** By a method that cannot forget anybody: verification has to refuse what it makes. */
  stubborn: { share: 0.01, known: true, ends: 'needs_review' },
  /** Over-unlearning: pushes everybody who stays with a model away, without an end; verification has to refuse that, too. */
  attack: { share: 0.004, known: false, ends: 'needs_review' },
} as const satisfies Record<string, Kind>;
export type KindName = keyof typeof KINDS;

export interface Asked {
  index: number;
  kind: KindName;
  email: string;
  /** Which models were trained on the person; of an attack, the one that it is on. */
  models: number[];
  /** The call is sent twice at once, with one Idempotency-Key. */
  twice: boolean;
}

const TWICE = 0.1;
/** A hundred, so that each is part of several people's names and has a token: who shares it with few is soon known by heart. */
const PARTS = [...'bdklmnprst'].flatMap((a) => [...'aeiou'].flatMap((b) => [`${a}${b}n`, `${a}${b}r`]));

/** Invented names of two words, with a dot between, each once; `taken` holds those that were given out. */
export function newName(random: Random, taken: Set<string>): string {
  for (;;) {
    const name = `${PARTS[random.int(PARTS.length)]}.${PARTS[random.int(PARTS.length)]}`;
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}

/** How many of each kind; what rounding leaves is plain, and every kind comes up once at least. */
function numberOf(count: number): Map<KindName, number> {
  const numbers = new Map<KindName, number>();
  for (const [name, { share }] of Object.entries(KINDS) as [KindName, Kind][]) {
    if (name !== 'plain') numbers.set(name, Math.max(1, Math.round(count * share)));
  }
  const others = [...numbers.values()].reduce((sum, one) => sum + one, 0);
  numbers.set('plain', Math.max(0, count - others));
  return numbers;
}

/** Most people are known to one model, some to two, a few to all. */
function modelsOf(random: Random, models: number): number[] {
  const all = random.shuffle(Array.from({ length: models }, (_, i) => i));
  const draw = random.next();
  return all.slice(0, draw < 0.75 ? 1 : draw < 0.95 ? 2 : models).sort((a, b) => a - b);
}

/** The requests in the order in which they are filed; `count` is at least the number of kinds. The same arguments give the same ones. */
export function askedOf(seed: number, count: number, models: number): Asked[] {
  const random = createRandom(seed);
  const kinds = [...numberOf(count)].flatMap(([kind, number]) => Array.from({ length: number }, () => kind));
  const taken = new Set<string>();
  let attacks = 0;
  return random.shuffle(kinds).map((kind, index) => ({
    ...{ index, kind, email: `${newName(random, taken)}@example.org` },
    models: KINDS[kind].known ? modelsOf(random, models) : kind === 'attack' ? [attacks++ % models] : [],
    twice: random.next() < TWICE,
  }));
}
