// A variable that has one of a few values.
import Type from 'typebox';

/** The first is the default. */
export const oneOf = <const T extends readonly string[]>(values: T, description: string) =>
  Type.Unsafe<T[number]>(
    Type.Union(
      values.map((value) => Type.Literal(value)),
      { default: values[0], description },
    ),
  );
