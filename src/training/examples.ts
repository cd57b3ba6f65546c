// Labelled records as rows of a classifier.
import type { ClassifierConfig } from '../architectures/layers-model/classifier.ts';
import { elementCount, float32 } from '../domain/engine.ts';
import type { LabelledRecord } from '../domain/record.ts';
import { type ExampleRow, exampleRow } from './classification.ts';

/** What a classifier takes and answers. */
export type ExampleForm = Pick<ClassifierConfig, 'inputShape' | 'entries' | 'classes' | 'classNames' | 'features'> & {
  /** Ids of a text, in the shape that the model takes; null or absent: it has no tokenizer. */
  text?: { encode(text: string): readonly number[] } | null;
};

type Nested = number | readonly Nested[];
type Columns = Exclude<LabelledRecord['input'], string | readonly unknown[]>;

/** Sizes of lists in lists. Throws where they are not all alike. */
function shapeOf(value: Nested): number[] {
  if (typeof value === 'number') return [];
  const [first = [], ...others] = value.map(shapeOf);
  if (others.some((shape) => String(shape) !== String(first)))
    throw new Error('input has lists of different lengths: give all of one axis the same');
  return value.length === 0 ? [0] : [value.length, ...first];
}

const numbersOf = (value: Nested): number[] => (typeof value === 'number' ? [value] : value.flatMap(numbersOf));

/** A last axis of one channel may be left out. */
function listed(input: readonly Nested[], inputShape: readonly number[]): number[] {
  const shape = shapeOf(input);
  const fits = [shape, [...shape, 1]].some((candidate) => String(candidate) === String(inputShape));
  if (fits) return numbersOf(input);
  throw new Error(`input has the shape [${shape}] and the model takes [${inputShape}]: bring it into that shape`);
}

function columns(input: Columns, features: readonly string[] | null): number[] {
  if (features === null)
    throw new Error(
      'input names its values and the model no columns: list them in userDefinedMetadata.features of model.json, or give a list of numbers',
    );
  const names = Object.keys(input);
  if (names.length !== features.length || !features.every((name) => Object.hasOwn(input, name)))
    throw new Error('input does not have the columns that userDefinedMetadata.features of model.json lists');
  return features.map((name) => {
    const value = input[name];
    if (typeof value === 'number' || typeof value === 'boolean') return Number(value);
    throw new Error('input holds a value that is no number: write it as the numbers that the model was trained with');
  });
}

function idsOf(input: string, { entries, text }: ExampleForm): readonly number[] {
  if (text) return text.encode(input);
  throw new Error(
    entries === null
      ? 'input is text, and the model has no Embedding that looks words up: give the numbers that it was trained with'
      : 'input is text, and the model has no tokenizer.json: put the one that it was trained with beside model.json, or give the ids',
  );
}

function numbersOfInput(input: LabelledRecord['input'], form: ExampleForm): readonly number[] {
  if (typeof input === 'string') return idsOf(input, form);
  return Array.isArray(input) ? listed(input, form.inputShape) : columns(input as Columns, form.features);
}

function seenOf(input: LabelledRecord['input'], form: ExampleForm): Float32Array {
  const { entries } = form;
  const numbers = numbersOfInput(input, form);
  const seen = Float32Array.from(numbers);
  if (!seen.every(Number.isFinite)) throw new Error('input holds a number beyond float32: scale it');
  if (entries !== null && !seen.every((id) => Number.isInteger(id) && id >= 0 && id < entries))
    throw new Error(`input holds an id that is no whole number from 0 to ${entries - 1}, which the model looks up`);
  return seen;
}

function classOf(label: LabelledRecord['label'], { classes, classNames }: ExampleForm): number {
  if (typeof label === 'string' && classNames === null)
    throw new Error(
      'label is a name and the model names no classes: list them in userDefinedMetadata.classes of model.json, or give numbers',
    );
  const found = typeof label === 'string' ? classNames!.indexOf(label) : label;
  if (found >= 0 && found < classes) return found;
  throw new Error(`label is none of the model’s ${classes} classes`);
}

/** Throws an Error that says what does not fit, and quotes nothing of the record. */
export function encodeExample(form: ExampleForm, { input, label }: LabelledRecord): ExampleRow {
  const seen = seenOf(input, form);
  if (seen.length !== elementCount(form.inputShape))
    throw new Error(`input has ${seen.length} numbers and the model takes ${elementCount(form.inputShape)}`);
  return exampleRow(float32(seen, form.inputShape), classOf(label, form));
}

/** The same, but for what becomes of a text: every text is taken, and making ids of it is for whoever trains. */
export function checkExample(form: ExampleForm, record: LabelledRecord): void {
  if (typeof record.input === 'string' && form.text) classOf(record.label, form);
  else encodeExample(form, record);
}
