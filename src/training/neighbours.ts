// The retained people who are most like the forgotten: what a method takes along of others, it takes of them first.

import { features, likeness } from './alternatives.ts';
import { byPerson } from './batches.ts';
import type { ExampleRow } from './classification.ts';

interface Row {
  ids: Int32Array;
  person: number;
}

/** Neighbours of each forgotten person, and of all together. */
const EACH = 5;
const MOST = 50;
/** Records at least, where records name nobody and each is a neighbour of its own. */
const LEAST_ROWS = 20;
/** Of all that are retained: who is more like the forgotten than others is nobody special where everybody is. */
const SHARE = 0.25;
/** Forgotten records that are looked at: likeness to more of them changes little. */
const LOOKED_AT = 50;

const isExample = (row: Row): row is Row & ExampleRow => 'seen' in row;

/** By tokens of rows and which follow each other; of examples of a classifier the distance of what is seen. Higher: more alike. */
function likenessTo(others: readonly Row[]): (row: Row) => number {
  const bags = new Map<Row, Map<string, number>>();
  const bagOf = (row: Row) => {
    const bag = bags.get(row) ?? features({ ids: row.ids, cue: row.ids.length });
    bags.set(row, bag);
    return bag;
  };
  const alike = (a: Row, b: Row): number => {
    if (!isExample(a) || !isExample(b)) return likeness(bagOf(a), bagOf(b));
    const [x, y] = [a.seen.data, b.seen.data];
    let distance = 0;
    for (let i = 0; i < x.length; i++) distance += (x[i]! - y[i]!) ** 2;
    return -distance;
  };
  return (row) => others.reduce((most, other) => Math.max(most, alike(row, other)), Number.NEGATIVE_INFINITY);
}

/** So many of the rows, evenly spread. */
const spread = <T>(rows: readonly T[], most: number): T[] =>
  rows.length <= most ? [...rows] : Array.from({ length: most }, (_, i) => rows[Math.floor((i * rows.length) / most)]!);

/**
 * Indices of rows of the retained, ascending: of the people (a record that names nobody counts as one) whose records are on average most like some record
 * of the forgotten. Empty where too few are retained for anybody to be more like them than a quarter.
 */
export function neighboursOf(forget: readonly Row[], retain: readonly Row[]): number[] {
  const like = likenessTo(spread(forget, LOOKED_AT));
  const groups = byPerson(retain)
    .map((own) => ({ own, like: own.reduce((sum, i) => sum + like(retain[i]!), 0) / own.length }))
    .sort((a, b) => b.like - a.like || a.own[0]! - b.own[0]!);
  const wanted = Math.min(MOST, EACH * new Set(forget.map(({ person }) => person)).size);
  const room = Math.floor(SHARE * groups.length);
  const found: number[][] = [];
  for (const { own } of groups.slice(0, room)) {
    if (found.length >= wanted && found.flat().length >= LEAST_ROWS) break;
    found.push(own);
  }
  return found.flat().sort((a, b) => a - b);
}
