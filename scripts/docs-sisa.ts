// The page of training in shards: how, what it costs by the closed forms, and what it cannot do.
import { batchedShare, keptCheckpoints, sequentialShare } from '../src/training/sisa/cost.ts';
import { page, table } from './docs-pages.ts';

const RECORDS = 10_000;
const SIZES = [
  { shards: 5, slices: 1 },
  { shards: 5, slices: 4 },
  { shards: 10, slices: 1 },
  { shards: 10, slices: 5 },
  { shards: 20, slices: 1 },
  { shards: 20, slices: 10 },
] as const;
const REQUESTS = [1, 5, 10, 50];

const percent = (share: number) => `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;

const rows = SIZES.map((size) => [
  ...[String(size.shards), String(size.slices), String(keptCheckpoints(size))],
  ...REQUESTS.map((count) => {
    const all = { records: RECORDS, ...size };
    const batched = percent(batchedShare(all, count));
    return count === 1 ? batched : `${batched} (${percent(sequentialShare(all, count))})`;
  }),
]);

const WHAT = `A model that is trained in shards and slices forgets exactly, at a part of the cost of training again. *Machine Unlearning*
([1912.03817](https://arxiv.org/abs/1912.03817)) calls it SISA. The records are dealt to S shards, and each shard trains a model of its own that sees no other
shard. Within a shard, training goes on slice by slice: the first slice, then the first two, and so on to all R, with a checkpoint after each. To remove
somebody, the method \`sisa\` takes the checkpoint before the first slice that held a record of theirs, and trains that shard from there without them. The rest is
taken over as it is. What comes out is, **bit for bit**, what a training without these records from the start would have been, with the others placed as they are:
guarantee \`exact\`. A test compares every file (\`test/compute/sisa.test.ts\`), for both kinds of model.`;

const HOW = `\`\`\`sh
# a classifier: so many copies of the topology side by side
expunge train --layers-model topology --corpus train.ndjson --holdout holdout.ndjson --shards 5 --slices 4 --steps 2000 --out model

# a language model: a frozen base, and one adapter a shard
expunge train --base base --lora-rank 8 --corpus train.ndjson --shards 4 --slices 2 --steps 1200 --out model
\`\`\`

\`--steps\` counts the steps of all shards together, so that each record is met as often as in a training of as many steps in one piece. Of a shard's steps a slice gets a
part that grows with the records it trains on. The optimizer and the learning rate's schedule start anew with each slice, so that a checkpoint is weights and nothing else.
When it ends must not hang on the records, so \`--stop-at\` is refused.

Register the folder as any other, and of a language model its base too (\`"corpora": []\`). A plan that is left to the service takes \`sisa\` first
wherever there is time for it, whatever else would be cheaper ([plans.md](plans.md)); name it in the request to have nothing else. A model that another method has changed has no slices any more. \`retrain\` trains all shards again and gives the same bytes. A model without these checkpoints refuses \`sisa\` with \`recipe-missing\`.`;

const PLACEMENT = `All records of a person stand in one shard and one slice, so that one request costs one shard. Whoever shares a record with somebody is placed with them; where people hang together in
more records than a shard has on average (everybody who names the same class, say), records go by their first identifier alone. A group's place is drawn by seed and lowest record
id: nobody else moves when a person is removed. Records of one corpus need ids of their own, which name nobody.

\`sisa-placement.json\` in the folder holds the outcome: \`{"version": 1, "shards": [[[ids of slice 0], …], …]}\`. \`--placement FILE\` follows such a file as far as it goes and draws places
for the rest. It may be written by hand. A placement decides what removals cost, and never whether they are exact.

A run that forgets somebody takes their records out of the file, whatever its method. Whoever is [restricted](identifiers.md#whose-processing-is-restricted) while it goes on is not
trained on and keeps their place. When they are back, the next \`sisa\` finds by \`sisa.json\` that their slice was trained without them, and trains from there; \`retrain\` does in any case. A
record that the file does not name was in no shard: a placement of another corpus is refused.

**Who is likely to ask, together.** Where it is known who is likely to ask for deletion (people whose contract ended, who objected before), \`--likely FILE.ndjson\` says so, an identifier a line:
\`{"type": "email", "value": "…", "likelihood": 0.3}\` (or \`sha256\`). These people, and whoever shares a record with them, are placed together, the likeliest first: from the last slice of the last
shard backwards, each slice up to its even part of the records, so that their requests hit few shards, and of these the short end. The others' places are drawn by the room that is left, so that shards stay
even. \`expunge train\` says what that comes to: the share of the steps that one run over everybody who asks is expected to train again, so and with drawn places. With drawn places a person more or less moves nobody else; here it may, in a placement that is made anew, so keep
\`sisa-placement.json\` and give it to later trainings. Measured against expected: [sisa-placement-benchmarks.md](sisa-placement-benchmarks.md). The file names people: delete it when the training is done.`;

const FILES = `| file | what it is |
|---|---|
| the weights | one ordinary model, which every loader understands (below) |
| \`recipe.json\` | as ever, with \`sisa\`: the seeds and steps of each shard and slice, which hang on no record |
| \`sisa-placement.json\` | which records stand where |
| \`shard-S-slice-R.sisa\` | what a shard knew when a slice was done: weights of its copy, or its adapter; safetensors inside |
| \`sisa.json\` | the SHA-256 of each of these, and of the ids of the records that each slice was trained on; a folder that has it has all of them |

The service checks digests, names, shapes and numbers of all of them when the model is registered. Readers of models pass over them. A removal leaves the files of other shards as they were, and the
store holds them once.

**A classifier** is published as one LayersModel: copies of the topology behind one input (\`shard0_…\`, \`shard1_…\`), each copy's weights in a file of its own (\`shard-0.bin\`, …), and an \`Average\`
layer over their probabilities. TensorFlow.js loads it as it is. Losses and attacks see its logits as the logarithm of that mean.

**A language model** is published as the base with the mean of the adapters merged: W + alpha / (rank S) (A₁B₁ + … + A_S B_S). It is an ordinary checkpoint; nothing has to choose an adapter when it answers.`;

const COST = `Records that pass through training again, as a share of what passes in a training of everything: expected, for requests of one record each that fall anywhere alike, of ${RECORDS.toLocaleString('en-US')} records.
First in one run, in brackets one run after another.

${table(['shards', 'slices', 'checkpoints', ...REQUESTS.map((count) => `${count} request${count === 1 ? '' : 's'}`)], rows)}

In one run of K requests: sum over r of r / (1 + … + R) · (1 − (1 − r / (S R))^K) − K / N. One after another: (K (N + 1) / S − K (K + 1) / (2 S)) (2 R + 1) / (3 R) / N − K / N. Somebody with m records hits one shard as anybody does: K counts people, and m / N is taken off in place of 1 / N. Slices save at most a third, for S · R checkpoints; shards save
more and cost quality. A run's steps do not grow fewer with the records, so of these it takes K / N more. The gain is not a constant: many requests hit every shard, so let them wait and be removed in one run, as the service does with all that has come in.
Whoever asks for people of every shard, from the first slices, has everything trained again: such a run [waits for approval](abuse.md#what-stands-in-every-shard).
(\`src/training/sisa/cost.ts\`; a test holds both against removals from placements.)`;

const LIMITS = `- A shard learns from its own records alone. What many records say together survives the split; what a single record says is known to one shard of S, and the mean dilutes it.
  Language models that are to know single facts lose much of them ([measured](sisa-benchmarks.md)): few shards, or \`retrain\`.
- Shards are drawn and not dealt out evenly: with few people some are small, and \`expunge train\` refuses one that is empty.
- A shard of which no record is left adds nothing: of a classifier it finds every class as likely as the other, of a language model its adapter is zero. The mean goes on over all shards.
- A language model needs a base, because a vocabulary made from the records would hang on all of them. That base has to have been trained without them; the certificate says what is not known of it.
- A method that is not exact changes the weights in place. Its candidate has no slices any more, as these still know what was to be forgotten; \`retrain\` brings them back.
- The bits are those of the same software on the same kind of machine with as many threads. \`micro_batch\` other than recorded gives the same to float accuracy.
- Copies of a classifier answer together, so it is S times as large and as slow.`;

export const sisaPage = (): string =>
  page(
    'Training in shards',
    WHAT,
    '## How',
    HOW,
    '## Who stands where',
    PLACEMENT,
    '## What a folder holds',
    FILES,
    '## What a removal costs',
    COST,
    '## Limits',
    LIMITS,
  );
