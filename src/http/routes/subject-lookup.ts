// POST /v1/subjects:lookup: where a person stands, in numbers. Only POST: an identifier in a URL would be in every log on the way.
import Type from 'typebox';
import { Id, Name } from '../../domain/common.ts';
import { lookUpKeysOf, subjectSchema } from '../identifiers.ts';
import { principal } from '../principal.ts';
import { described, problems } from '../schemas.ts';
import type { Routes } from '../types.ts';
import { invalidField } from '../validation.ts';

const Lookup = Type.Object({
  corpora: Type.Array(
    Type.Object({ corpus_id: Id, name: Name, records: Type.Integer({ description: 'Records that name the person' }) }),
  ),
  models: Type.Array(
    Type.Object({
      model_id: Id,
      name: Name,
      records: Type.Integer({
        description: 'Records of its train corpora that name the person, and that it has not forgotten',
      }),
      forgotten: Type.Integer({ description: 'Those that it has forgotten' }),
    }),
  ),
  suppressed: Type.Boolean({ description: 'Whether any identifier is on the suppression list' }),
});

export const subjectRoutes: Routes = (app, deps) => {
  app.post(
    // the first colon escapes the second
    '/v1/subjects::lookup',
    {
      config: { scope: 'subjects:read' },
      schema: {
        tags: ['subjects'],
        operationId: 'lookUpSubject',
        summary: 'Count the records that name a person',
        body: Type.Object(
          { subject: subjectSchema('The person; hashed at the door and never stored') },
          { additionalProperties: false },
        ),
        response: {
          200: described('Corpora and models that know the person; empty where none does', Lookup),
          ...problems,
        },
      },
    },
    async (request) => {
      const { tenant } = principal(request);
      const subjects = lookUpKeysOf(deps.subjectKeys, tenant, request.body.subject.identifiers, (index, why) =>
        invalidField(`#/subject/identifiers/${index}`, why),
      );
      const keys = subjects.map(({ key }) => key);
      const suppressed = (await deps.store.suppressedKeys(tenant, keys)).size > 0;
      return { ...(await deps.store.lookUpSubject(tenant, keys)), suppressed };
    },
  );
};
