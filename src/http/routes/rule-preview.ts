// POST /v1/corpora:preview-rules: what rules would find, in numbers.
import Type from 'typebox';
import { createFinder } from '../../corpora/find-subjects.ts';
import { Id } from '../../domain/common.ts';
import { SubjectRules } from '../../domain/subject-rules.ts';
import { notFound } from '../links.ts';
import { principal } from '../principal.ts';
import { previewRules } from '../rule-preview.ts';
import { described, problems } from '../schemas.ts';
import type { App, AppDeps } from '../types.ts';
import { invalidField } from '../validation.ts';

const MOST_SAMPLES = 1000;
/** Records of a corpus that are read, from the first. */
const MOST_RECORDS = 10_000;

const Preview = Type.Object({
  records: Type.Integer({ description: 'Records looked at' }),
  records_with_subjects: Type.Integer({ description: 'Those in which any rule found somebody' }),
  subjects: Type.Integer({ description: 'Different identifiers found' }),
  rules: Type.Array(
    Type.Object({
      rule: Type.String({ description: 'Where it stands in subject_rules, for example `names/0`' }),
      matches: Type.Integer(),
      records: Type.Integer({ description: 'Records in which it found anybody' }),
      subjects: Type.Integer({ description: 'Different identifiers that it found' }),
    }),
  ),
});

export function previewRoute(app: App, deps: AppDeps): void {
  app.post(
    // the first colon escapes the second
    '/v1/corpora::preview-rules',
    {
      config: { scope: 'corpora:write' },
      schema: {
        tags: ['corpora'],
        operationId: 'previewRules',
        summary: 'Count what rules would find',
        description: `Tries \`subject_rules\` on records that are sent along, as an upload would send them, or on the first ${MOST_RECORDS} of a corpus. The
answer has numbers and no text, and nothing is stored. Of a stored corpus only what is trained on is left: pointers to other members find nothing there, and
records of people whose processing is restricted are not read.`,
        body: Type.Object(
          {
            subject_rules: SubjectRules,
            corpus_id: Type.Optional({ ...Id, description: 'A corpus to try them on' }),
            records: Type.Optional(
              Type.Array(Type.Unsafe<unknown>({ type: 'object', description: 'A line of an upload' }), {
                ...{ minItems: 1, maxItems: MOST_SAMPLES },
              }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 200: described('What each rule found', Preview), ...problems },
      },
    },
    async (request, reply) => {
      const { subject_rules, corpus_id, records } = request.body;
      if ((corpus_id === undefined) === (records === undefined))
        throw invalidField('#', 'must have exactly one of corpus_id and records');
      const { tenant } = principal(request);
      const finder = await createFinder(subject_rules);
      const gone = () => reply.raw.destroyed;
      const { recordBytes } = deps.config.limits;
      if (records !== undefined)
        return previewRules(deps, tenant, finder, records, { most: MOST_SAMPLES, lineBytes: recordBytes, gone });
      if ((await deps.store.getCorpus(tenant, corpus_id!)) === null) throw notFound('corpus');
      return previewRules(deps, tenant, finder, readable(deps, tenant, corpus_id!), {
        ...{ most: MOST_RECORDS, gone },
        // they were taken in before, perhaps under another bound
        lineBytes: Number.POSITIVE_INFINITY,
      });
    },
  );
}

/** Records of a corpus but those of people whose processing is restricted. */
async function* readable({ store, corpora }: AppDeps, tenant: string, corpusId: string): AsyncGenerator<unknown> {
  const restricted = new Set((await store.restrictedIn(tenant, [corpusId]))[corpusId]);
  for await (const { ordinal, ...record } of corpora.readLines(corpusId)) if (!restricted.has(ordinal)) yield record;
}
