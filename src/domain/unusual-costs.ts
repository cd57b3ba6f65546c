// Whether a model knows what it is to forget: records that it never fitted are no training data, or were made to be dear. Pure.
import type { UnusualPerson } from './suspicion.ts';

/** Mean costs of rows under the model as it is, nats a label, before anything is unlearned. */
export interface KnownCosts {
  forget: readonly { person: number; cost: number }[];
  /** Of a sample of what is retained. */
  retained: readonly number[];
  /** Of people never seen; empty: there are none. */
  strangers: readonly number[];
}

/** Share of the retained rows that the limit begins at. */
const NEARLY_ALL = 0.99;
/** Fewer retained rows show no such share. */
const FEWEST_RETAINED = 20;

const shown = (value: number): string => value.toPrecision(3);

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))]!;

/**
 * People whose rows cost more than `factor` times nearly all retained ones do, and more than those of the strangers whom it knows best do: to the model
 * they are not what it was trained on. A model that knows its own training data no better than strangers shows nobody so. Worst first.
 */
export function unusualPeople({ forget, retained, strangers }: KnownCosts, factor: number): UnusualPerson[] {
  if (factor === 0 || retained.length < FEWEST_RETAINED) return [];
  const stranger = strangers.length === 0 ? 0 : quantile(strangers, 0.1);
  const limit = Math.max(factor * quantile(retained, NEARLY_ALL), stranger);
  return [...Map.groupBy(forget, ({ person }) => person)]
    .map(([person, rows]) => ({ person, value: rows.reduce((sum, { cost }) => sum + cost, 0) / rows.length }))
    .filter(({ value }) => value > limit)
    .sort((a, b) => b.value - a.value)
    .map(({ person, value }) => ({
      ...{ person, signal: 'unlearned-loss' as const, value, limit },
      text: `its records cost the model ${shown(value)} nats a label, as if it had never been trained on them; up to ${shown(limit)} needs nobody’s approval`,
    }));
}
