// Whether a model knows what it is to forget, and how hard that pulls at its weights: records that it never fitted are no training data, and
// some are made to be dear. Pure.
import type { UnusualPerson } from './suspicion.ts';

/** Of rows under the model as it is, before anything is unlearned: mean costs in nats a label, or norms of gradients. */
export interface Measured {
  forget: readonly { person: number; value: number }[];
  /** Of a sample of what is retained. */
  retained: readonly number[];
  /** Of people never seen; empty: there are none. */
  strangers: readonly number[];
}

/** Share of the rows that the limit begins at. */
const NEARLY_ALL = 0.99;
/** Fewer retained rows show no such share. */
const FEWEST_RETAINED = 20;

const shown = (value: number): string => value.toPrecision(3);

/** The smallest value that this share of them stays within: of a hundred, 99 % leave one out. */
const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * values.length) - 1)]!;

/** Whose rows are above it on average, the worst first. */
const beyond = ({ forget }: Measured, limit: number): { person: number; value: number }[] =>
  [...Map.groupBy(forget, ({ person }) => person)]
    .map(([person, rows]) => ({ person, value: rows.reduce((sum, { value }) => sum + value, 0) / rows.length }))
    .filter(({ value }) => value > limit)
    .sort((a, b) => b.value - a.value);

/**
 * People whose rows cost more than `factor` times nearly all retained ones do, and more than those of the strangers whom it knows best do: to the model
 * they are not what it was trained on. A model that knows its own training data no better than strangers shows nobody so. Worst first.
 */
export function unusualPeople(costs: Measured, factor: number): UnusualPerson[] {
  const { retained, strangers } = costs;
  if (factor === 0 || retained.length < FEWEST_RETAINED) return [];
  const stranger = strangers.length === 0 ? 0 : quantile(strangers, 0.1);
  const limit = Math.max(factor * quantile(retained, NEARLY_ALL), stranger);
  return beyond(costs, limit).map(({ person, value }) => ({
    ...{ person, signal: 'unlearned-loss' as const, value, limit },
    text: `its records cost the model ${shown(value)} nats a label, as if it had never been trained on them; up to ${shown(limit)} needs nobody’s approval`,
  }));
}

/**
 * People whose rows pull at the weights with more than `factor` times the gradient of nearly all retained rows, and of nearly all strangers:
 * neither learned nor unknown records do, so they may be made to move the model when they go. Worst first.
 */
export function steepPeople(norms: Measured, factor: number): UnusualPerson[] {
  const { retained, strangers } = norms;
  if (factor === 0 || retained.length < FEWEST_RETAINED) return [];
  const stranger = strangers.length === 0 ? 0 : quantile(strangers, NEARLY_ALL);
  const limit = factor * Math.max(quantile(retained, NEARLY_ALL), stranger);
  const others =
    strangers.length === 0 ? 'no retained records' : 'neither retained records nor those of people never seen';
  return beyond(norms, limit).map(({ person, value }) => ({
    ...{ person, signal: 'steep-gradient' as const, value, limit },
    text: `the gradient of its records has a norm of ${shown(value)}, as ${others} have; up to ${shown(limit)} needs nobody’s approval`,
  }));
}
