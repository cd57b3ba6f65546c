// Structured damage to JSON: what an exporter's bug, a careless hand or an attacker may leave in a document.
import type { Random } from '../../../src/domain/random.ts';

type Json = unknown;
interface Place {
  parent: Record<string, Json>;
  key: string;
}

export const pick = <T>(random: Random, values: readonly T[]): T => values[random.int(values.length)]!;

/** Stands for text that no value is written as. */
const mark = '\u0001mark\u0001';
const MARK_IN_JSON = JSON.stringify(mark);

const VALUES: readonly Json[] = [
  ...[null, true, false, 0, -1, 1, 0.5, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 53), 1e300, Number.MIN_VALUE],
  ...['', 'x', '0', '../../etc/passwd', '/etc/passwd', '..\\..\\x', 'a\0b', '__proto__', 'constructor', 'toString'],
  ...[
    '\u202Egnp.exe',
    'ｍｏｄｅｌ',
    '𝕨',
    'e\u0301',
    '\uFEFFx',
    'model-00001-of-00001.bin',
    'Lambda',
    'F8_E4M3',
    'I4',
    'F64',
  ],
  ...['x'.repeat(5000), [], {}, [[]], [null], { '': '' }, [-1, 3], [1e9, 1e9], [2 ** 30, 2 ** 30, 0], [0, 2 ** 53]],
];
const TEXTS = [
  ...['1e999', '-1e999', '123456789012345678901234567890', '-0', '01', '0x10', 'NaN', 'Infinity', '1.', '.5', "'x'"],
  ...[
    '"\\ud800"',
    '"\\u0000"',
    '"\\x"',
    '"unterminated',
    'undefined',
    '/* */ 1',
    '1,',
    '[1',
    '{"a":1',
    '\u00a0 1',
    'tru',
  ],
];
const KEYS = [
  '__proto__',
  'constructor',
  '',
  'ключ',
  '\u202E',
  'a\0b',
  '../x',
  'x'.repeat(300),
  '__metadata__',
  'shape',
];

function places(json: Json, found: Place[] = []): Place[] {
  if (typeof json !== 'object' || json === null) return found;
  for (const key of Object.keys(json)) {
    found.push({ parent: json as Record<string, Json>, key });
    places((json as Record<string, Json>)[key], found);
  }
  return found;
}

const set = ({ parent, key }: Place, value: Json): void => {
  parent[key] = value;
};

/** Own members, also one called `__proto__`. */
const define = (object: object, key: string, value: Json): void => {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
};

/** Each changes the document; where it returns text, that stands for the mark. */
const DAMAGES: readonly ((random: Random, all: Place[]) => string | undefined)[] = [
  (random, all) => void set(pick(random, all), pick(random, VALUES)),
  (random, all) => void set(pick(random, all), pick(random, VALUES)),
  (random, all) => {
    const { parent, key } = pick(random, all);
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
    return undefined;
  },
  (random, all) => {
    set(pick(random, all), mark);
    return pick(random, TEXTS);
  },
  (random, all) => {
    set(pick(random, all), mark);
    const depth = pick(random, [4, 70, 5000]);
    const [open, close] = pick(random, [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const);
    return `${open.repeat(depth)}1${close.repeat(depth)}`;
  },
  (random, all) => {
    const numbers = all.filter(({ parent, key }) => typeof parent[key] === 'number');
    const place = pick(random, numbers.length > 0 ? numbers : all);
    const value = Number(place.parent[place.key]);
    set(
      place,
      pick(random, [value + 1, value - 1, -value, value * 2, value / 2, value * 2 ** 40, String(value), value + 8]),
    );
    return undefined;
  },
  (random, all) => {
    const [a, b] = [pick(random, all), pick(random, all)];
    const value = structuredClone(a.parent[a.key]);
    set(a, structuredClone(b.parent[b.key]));
    set(b, value);
    return undefined;
  },
  (random, all) => {
    const { parent, key } = pick(random, all);
    if (Array.isArray(parent)) parent.push(parent[Number(key)]);
    else {
      define(parent, pick(random, KEYS), parent[key]);
      if (random.int(2) === 0) delete parent[key];
    }
    return undefined;
  },
];

/** Text of a document with one damage. */
export function damagedJson(random: Random, original: Json): string {
  const json = structuredClone(original);
  const all = places(json);
  if (random.int(10) === 0) return twice(random, json, all);
  if (random.int(40) === 0) return pick(random, ['', '[]', 'null', '"x"', '7', '{}', '[[', ' ', '{}{}', '\uFEFF{}']);
  const text = pick(random, DAMAGES)(random, all);
  const written = JSON.stringify(json);
  return text === undefined ? written : written.replace(MARK_IN_JSON, () => text);
}

/** One key of an object twice, with the same value or another. */
function twice(random: Random, json: Json, all: Place[]): string {
  const { parent, key } = pick(
    random,
    all.filter(({ parent }) => !Array.isArray(parent)),
  );
  const value = random.int(2) === 0 ? parent[key] : pick(random, VALUES);
  define(parent, mark, value);
  return JSON.stringify(json).replace(MARK_IN_JSON, () => JSON.stringify(key));
}
