// A seeded corpus of fictitious people: what the demo trains on, forgets, and compares with.
import { createRandom, type Random } from '../src/domain/random.ts';
import type { UploadedAnswer } from '../src/domain/record.ts';
import { ATTRIBUTES, type Attribute, FIRST_NAMES, LAST_NAMES, POOLS, TEMPLATES } from './pools.ts';

export { ATTRIBUTES, type Attribute } from './pools.ts';

const TRAINED_TEMPLATES = 5;

export interface Person {
  index: number;
  name: string;
  email: string;
  attributes: Record<Attribute, string>;
}
export interface Probe {
  attribute: Attribute;
  prompt: string;
  /** The true value, as it stands in the trained answer between the space and the full stop. */
  answer: string;
}
export interface People {
  /** People x 5 attributes x 5 templates. */
  train: UploadedAnswer[];
  /** The same templates and pools, about people who are never trained on. */
  holdout: UploadedAnswer[];
  /** The trained people in a sixth template that is never trained on: does the model know, or only repeat? */
  heldOutTemplate: UploadedAnswer[];
  people: Person[];
  holdoutPeople: Person[];
}

const promptOf = (person: Person, attribute: Attribute, template: number): string =>
  TEMPLATES[attribute][template]!.replace('{}', person.name);

function recordOf(person: Person, attribute: Attribute, template: number): UploadedAnswer {
  const number = String(person.index).padStart(4, '0');
  return {
    id: `p${number}-a${ATTRIBUTES.indexOf(attribute)}-t${template}`,
    prompt: promptOf(person, attribute, template),
    answer: ` ${person.attributes[attribute]}.`,
    subjects: [
      { type: 'email', value: person.email },
      { type: 'name', value: person.name },
    ],
  };
}

/**
 * Deals values like cards, one shuffled pack after another. A hundred people then hold every value twice at least: one
 * person's value stays known from others, as it is for the never-seen people that the forgotten are compared with.
 */
function dealer(random: Random, pool: readonly string[]): () => string {
  let pack: string[] = [];
  return () => {
    if (pack.length === 0) pack = random.shuffle([...pool]);
    return pack.pop()!;
  };
}

/** A value of the pool for whoever asks, whatever others were given. */
const drawer =
  (random: Random, pool: readonly string[]): (() => string) =>
  () =>
    pool[random.int(pool.length)]!;

/**
 * Nothing about a person can be guessed from the name, nor one attribute from another. `draws` says whose values are drawn;
 * the others' are dealt.
 */
function invent(random: Random, count: number, values: number, draws: (index: number) => boolean): Person[] {
  const names = FIRST_NAMES.flatMap((first) => LAST_NAMES.map((last) => `${first} ${last}`));
  if (count > names.length) throw new RangeError(`There are names for ${names.length} people, not for ${count}`);
  random.shuffle(names);
  const sources = ATTRIBUTES.map((attribute) => {
    const pool = POOLS[attribute].slice(0, values);
    return { attribute, deal: dealer(random, pool), draw: drawer(random, pool) };
  });
  return names.slice(0, count).map((name, index) => ({
    index,
    name,
    email: `${name.toLowerCase().replace(' ', '.')}@example.org`,
    attributes: Object.fromEntries(
      sources.map(({ attribute, deal, draw }) => [attribute, draws(index) ? draw() : deal()]),
    ) as Record<Attribute, string>,
  }));
}

const recordsOf = (people: Person[], templates: number[]): UploadedAnswer[] =>
  people.flatMap((person) =>
    ATTRIBUTES.flatMap((attribute) => templates.map((template) => recordOf(person, attribute, template))),
  );

export interface PeopleOptions {
  seed: number;
  people?: number;
  holdout?: number;
  /** Values of each attribute, the first of its pool. */
  values?: number;
  /**
   * So many trained people, the first, and all who are never trained on have values drawn alike, each independent of all others.
   * Dealt values betray who is missing: without the forgotten the rest hold fewer of their values than of others, so that a model
   * which never saw them finds them harder than it finds strangers. Absent: everybody's are dealt.
   */
  drawn?: number;
}

/** The same arguments give the same people. Record ids do not name a person. */
export function makePeople({ seed, people: count = 100, holdout = 80, values, drawn }: PeopleOptions): People {
  const draws = (index: number) => drawn !== undefined && (index < drawn || index >= count);
  const everybody = invent(createRandom(seed), count + holdout, values ?? Number.POSITIVE_INFINITY, draws);
  const people = everybody.slice(0, count);
  const holdoutPeople = everybody.slice(count);
  const trained = Array.from({ length: TRAINED_TEMPLATES }, (_, template) => template);
  return {
    train: recordsOf(people, trained),
    holdout: recordsOf(holdoutPeople, trained),
    heldOutTemplate: recordsOf(people, [TRAINED_TEMPLATES]),
    people,
    holdoutPeople,
  };
}

/** One question an attribute, in a trained template, with the true value. */
export const probesFor = (person: Person): Probe[] =>
  ATTRIBUTES.map((attribute) => ({
    attribute,
    prompt: promptOf(person, attribute, 0),
    answer: person.attributes[attribute],
  }));
