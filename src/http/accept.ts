// Which of two forms a client asks for.

/** True when Accept names the wanted media type and gives JSON no higher weight. */
export function prefers(accept: string | undefined, wanted: string): boolean {
  let best = { type: 'application/json', weight: 0 };
  for (const part of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    if (type !== wanted && type !== 'application/json') continue;
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    const weight = q === undefined ? 1 : Number(q.slice(2));
    if (weight > best.weight) best = { type, weight };
  }
  return best.type === wanted;
}
