// Eigenvectors of symmetric matrices: Householder reflections to three diagonals, then implicit QL steps with shifts.
// Matrices are row-major, in float64.

/** Numbers beside the diagonal that are this small, as a share of the matrix, are zero. */
const EPSILON = 2 ** -52;
/** Steps that a single eigenvalue may take; a few are usual. */
const MOST_STEPS = 60;

export interface Eigen {
  /** In no order. */
  values: Float64Array;
  /** Row i is the unit vector of value i. */
  vectors: Float64Array;
}

/** The reflection that maps column k of `a`, below the diagonal, onto its first place; null where it is there already. */
function reflection(a: Float64Array, n: number, k: number): { v: Float64Array; first: number } | null {
  const v = new Float64Array(n);
  let square = 0;
  for (let i = k + 1; i < n; i++) {
    v[i] = a[i * n + k]!;
    square += v[i]! ** 2;
  }
  const length = Math.sqrt(square);
  const rest = square - v[k + 1]! ** 2;
  if (length === 0 || rest === 0) return null;
  const first = v[k + 1]! > 0 ? -length : length;
  v[k + 1] = v[k + 1]! - first;
  const norm = Math.sqrt(rest + v[k + 1]! ** 2);
  for (let i = k + 1; i < n; i++) v[i] = v[i]! / norm;
  return { v, first };
}

/** a - 2 v w^T - 2 w v^T on the block behind k, where that is the reflection of a from both sides. */
function reflectBoth(a: Float64Array, n: number, k: number, v: Float64Array): void {
  const w = new Float64Array(n);
  let along = 0;
  for (let i = k + 1; i < n; i++) {
    let sum = 0;
    for (let j = k + 1; j < n; j++) sum += a[i * n + j]! * v[j]!;
    w[i] = sum;
    along += sum * v[i]!;
  }
  for (let i = k + 1; i < n; i++) w[i] = w[i]! - along * v[i]!;
  for (let i = k + 1; i < n; i++)
    for (let j = k + 1, at = i * n + j; j < n; j++, at++) a[at] = a[at]! - 2 * (v[i]! * w[j]! + w[i]! * v[j]!);
}

/** z - 2 v (v^T z), rows of z. */
function reflectRows(z: Float64Array, n: number, k: number, v: Float64Array): void {
  const along = new Float64Array(n);
  for (let i = k + 1; i < n; i++) for (let j = 0; j < n; j++) along[j] = along[j]! + v[i]! * z[i * n + j]!;
  for (let i = k + 1; i < n; i++) {
    const twice = 2 * v[i]!;
    for (let j = 0, at = i * n; j < n; j++, at++) z[at] = z[at]! - twice * along[j]!;
  }
}

/** Diagonal, the one beside it, and the reflections' product, transposed. `a` is used up. */
function tridiagonal(a: Float64Array, n: number) {
  const z = new Float64Array(n * n);
  for (let i = 0; i < n; i++) z[i * n + i] = 1;
  const beside = new Float64Array(n);
  for (let k = 0; k < n - 1; k++) {
    const found = k < n - 2 ? reflection(a, n, k) : null;
    beside[k] = found?.first ?? a[(k + 1) * n + k]!;
    if (found === null) continue;
    reflectBoth(a, n, k, found.v);
    reflectRows(z, n, k, found.v);
  }
  return { diagonal: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!), beside, z };
}

/** Turns rows i and i + 1 of z. */
function turn(z: Float64Array, n: number, i: number, cosine: number, sine: number): void {
  for (let j = 0, here = i * n, next = here + n; j < n; j++, here++, next++) {
    const [a, b] = [z[here]!, z[next]!];
    z[here] = cosine * a - sine * b;
    z[next] = sine * a + cosine * b;
  }
}

/** One QL step on places l to m, which chases what its shift leaves beside the diagonals from the bottom to the top. */
function step(d: Float64Array, e: Float64Array, z: Float64Array, n: number, l: number, m: number): void {
  const half = (d[l + 1]! - d[l]!) / (2 * e[l]!);
  const root = Math.hypot(half, 1);
  let g = d[m]! - d[l]! + e[l]! / (half + (half < 0 ? -root : root));
  let [sine, cosine, shift] = [1, 1, 0];
  for (let i = m - 1; i >= l; i--) {
    const [f, b] = [sine * e[i]!, cosine * e[i]!];
    const r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1] = d[i + 1]! - shift;
      e[m] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    const down = d[i + 1]! - shift;
    const q = (d[i]! - down) * sine + 2 * cosine * b;
    shift = sine * q;
    d[i + 1] = down + shift;
    g = cosine * q - b;
    turn(z, n, i, cosine, sine);
  }
  d[l] = d[l]! - shift;
  e[l] = g;
  e[m] = 0;
}

/** Eigenvalues and -vectors of a symmetric matrix (n, n), of which the lower half counts. Takes about 6 n^3 operations. */
export function eigenOf(matrix: ArrayLike<number>, n: number): Eigen {
  const { diagonal: d, beside: e, z } = tridiagonal(Float64Array.from(matrix), n);
  // of the whole matrix: where its rank is low the diagonal itself is rounding alone
  const least = EPSILON * d.reduce((most, value, i) => Math.max(most, Math.abs(value), Math.abs(e[i]!)), 0);
  for (let l = 0; l < n; l++) {
    for (let steps = 0; ; steps++) {
      let m = l;
      while (m < n - 1 && !(Math.abs(e[m]!) <= least)) m++;
      if (m === l) break;
      if (steps === MOST_STEPS) throw new Error('an eigenvalue did not settle: the matrix holds what is no number');
      step(d, e, z, n, l, m);
    }
  }
  return { values: d, vectors: z };
}
