// The file that says who is likely to ask for deletion: an identifier a line, as in a corpus, with how likely.
import { createReadStream } from 'node:fs';
import Type from 'typebox';
import { Value } from 'typebox/value';
import { splitLines } from '../corpora/lines.ts';
import { Identifier } from '../domain/record.ts';
import { ExpungeError } from '../errors.ts';

const LikelyLine = Type.Object(
  {
    ...Identifier.properties,
    likelihood: Type.Number({ exclusiveMinimum: 0, maximum: 1, description: 'That the person asks before long' }),
  },
  { additionalProperties: false },
);

function parse(line: Buffer) {
  try {
    const value: unknown = JSON.parse(line.toString('utf8'));
    if (!Value.Check(LikelyLine, value)) return null;
    const { likelihood, ...identifier } = value;
    return (identifier.value === undefined) === (identifier.sha256 === undefined) ? null : { identifier, likelihood };
  } catch {
    // The message of a JSON error quotes the line, which names somebody.
    return null;
  }
}

/** By the key of the person. Throws `malformed-line` naming the line; a person who is there twice has the larger likelihood. */
export async function readLikely(
  path: string,
  keyOf: (identifier: Identifier) => string,
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  let number = 0;
  for await (const line of splitLines(createReadStream(path))) {
    number++;
    if (line.length === 0) continue;
    const read = parse(line);
    if (read === null)
      throw new ExpungeError(
        'malformed-line',
        `likely: line ${number} is no identifier with a likelihood above 0 and at most 1.`,
      );
    const key = keyOf(read.identifier);
    found.set(key, Math.max(read.likelihood, found.get(key) ?? 0));
  }
  return found;
}
