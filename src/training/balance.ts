// Everybody is forgotten at the same pace: whoever has few records comes up in batches as often as others do.

/**
 * Places of the rows that batches are drawn from. A row of somebody with fewer rows than people have on average stands there as many whole
 * times as theirs go into that average, so that batches are balanced by person and an epoch is at most twice as long. Where people
 * have about as many rows each, chance balances them, and every row stands there once.
 */
export function balancedByPerson(rows: readonly { person: number }[]): number[] {
  const own = new Map<number, number>();
  for (const { person } of rows) own.set(person, (own.get(person) ?? 0) + 1);
  const average = rows.length / own.size;
  return rows.flatMap(({ person }, place) =>
    Array<number>(Math.max(1, Math.floor(average / own.get(person)!))).fill(place),
  );
}
