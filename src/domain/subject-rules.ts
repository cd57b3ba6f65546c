// Where the people of a corpus stand whose records do not say whom they are about.
import Type, { type Static } from 'typebox';
import { StringEnum } from './common.ts';

const IdentifierType = Type.String({ pattern: '^[a-z][a-z0-9_]{0,39}$' });
/** What Postgres keeps no JSON of: the letter zero, and halves of surrogate pairs. */
const NO_JSON = '\\u0000\\ud800-\\udfff';
const closed = { additionalProperties: false } as const;

export const SubjectRules = Type.Object(
  {
    pointers: Type.Optional(
      Type.Array(
        Type.Object(
          {
            pointer: Type.String({
              ...{ pattern: `^(/([^/~${NO_JSON}]|~[01])*)+$`, maxLength: 200 },
              description:
                'JSON Pointer (RFC 6901) into a line of the upload; `*` stands for every item of an array. A member at the top that no record has is read and dropped',
            }),
            type: { ...IdentifierType, description: 'Kind of identifier that stands there' },
          },
          closed,
        ),
        { minItems: 1, maxItems: 50 },
      ),
    ),
    patterns: Type.Optional(
      Type.Array(StringEnum(['email', 'phone'] as const), {
        ...{ minItems: 1, maxItems: 2, uniqueItems: true },
        description: 'Addresses and telephone numbers anywhere in the text of a record',
      }),
    ),
    country: Type.Optional(
      Type.String({
        pattern: '^[A-Z]{2}$',
        description: 'Where telephone numbers without + are from (ISO 3166-1); left out: only numbers with + are found',
      }),
    ),
    names: Type.Optional(
      Type.Array(
        Type.String({
          ...{ maxLength: 200, pattern: `^[^{}${NO_JSON}]*\\{name\\}[^{}${NO_JSON}]*$` },
          description:
            'Text around a name, for example `My name is {name}.`: before it at least two letters. A name is one to four words that begin with a capital',
        }),
        { minItems: 1, maxItems: 50, uniqueItems: true },
      ),
    ),
  },
  {
    ...closed,
    minProperties: 1,
    description: 'What finds people in records beside their `subjects`; keyed at the door as these are',
  },
);
export type SubjectRules = Static<typeof SubjectRules>;
