/**
 * A second checker of solutions, which shares no line with the first. What it checks and why that
 * is a proof, docs/certificate-format.md says; the terms and the letters are of that page.
 *
 *     node verify.mjs SOLUTION.json GAME.json [--trust] [--format table|json]
 *
 * SOLUTION.json is what `gtlearn solve --format json` prints, or an elimination; GAME.json is what
 * `gtlearn games convert NAME GAME.json` writes. It needs no package, and a page can import it:
 * `verify(solution, game)` takes the two texts and returns the report. Every number is a ratio of
 * two BigInts. Games in one shot are known here, types of the follower included, and trees; of
 * others, of enclosed numbers, and of trees that were solved in plans all is on trust. It is one file,
 * so that it can be carried anywhere; its parts are
 *
 *     ratios, JSON, what a part must be, SHA-256, games, trees, fingerprints, linear algebra,
 *     the report, what a solution states, the statements in order, Nash equilibria, lists of them,
 *     correlated equilibria, commitments (in floats, against several types), equilibria of trees,
 *     eliminations, the command line
 */

/** Thrown where something is not of the form of a solution or a game; says what, in a sentence. */
export class InputError extends Error {}

/** Thrown by a test that can neither prove nor refute its statement; says why. */
class Unproven extends Error {}

const SOLUTION = "gtlearn/solution/1";
const DOMINANCE = "gtlearn/dominance/1";
const GAME = "gtlearn/game/1";
const TREE = "gtlearn/tree/1";
const VERIFICATION = "gtlearn/verification/1";
const FINGERPRINT = "gtlearn/fingerprint/1";
const PERFECT = "subgame-perfect";
const CONCEPTS = ["nash", PERFECT, "correlated", "coarse-correlated", "stackelberg"];
const RATIONAL = "rational";
const FLOAT = "float";
const ARITHMETICS = [RATIONAL, "enclosure", FLOAT]; // the strongest first

const MOST_RAYS = 2_000; // of a cone
const MOST_PAIRS = 300_000; // of rays that are compared
const MOST_BASES = 5_000; // of equilibria in a perturbed game
const MOST_ACTIONS = 300; // of a player, up to which they are compared with one another
const MOST_ENTRIES = 1_000; // of a player's payoffs, up to which mixtures are compared, too

// --- ratios: {p, q} in lowest terms, q > 0

const gcd = (a, b) => {
  while (b) [a, b] = [b, a % b];
  return a < 0n ? -a : a;
};
const lcm = (a, b) => (a / gcd(a, b)) * b;
const magnitude = (value) => (value < 0n ? -value : value);
const sign = (value) => (value > 0n) - (value < 0n);

/** The ratio p / q of two BigInts, q not zero. */
const ratio = (p, q = 1n) => {
  if (q === 1n) return { p, q };
  const common = q < 0n ? -gcd(p, q) : gcd(p, q);
  return { p: p / common, q: q / common };
};
const ZERO = ratio(0n);
const ONE = ratio(1n);
const add = (a, b) => ratio(a.p * b.q + b.p * a.q, a.q * b.q);
const sub = (a, b) => ratio(a.p * b.q - b.p * a.q, a.q * b.q);
const mul = (a, b) => ratio(a.p * b.p, a.q * b.q);
const div = (a, b) => ratio(a.p * b.q, a.q * b.p);
const neg = (a) => ({ p: -a.p, q: a.q });
const abs = (a) => (a.p < 0n ? neg(a) : a);
const compare = (a, b) => sign(a.p * b.q - b.p * a.q);
const equal = (a, b) => a.p === b.p && a.q === b.q;
const isRatio = (value) => typeof value?.p === "bigint";
const larger = (a, b) => (compare(a, b) < 0 ? b : a);
const smaller = (a, b) => (compare(b, a) < 0 ? b : a);
const greatest = (values) => values.reduce(larger);
const least = (values) => values.reduce(smaller);
const sum = (values) => {
  const common = values.reduce((q, v) => (q % v.q ? lcm(q, v.q) : q), 1n);
  return ratio(
    values.reduce((total, v) => total + v.p * (common / v.q), 0n),
    common,
  );
};
const unreduced = (a, b) => ({ p: a.p * b.p, q: a.q * b.q }); // for sums, which reduce
const dot = (a, b) => sum(a.flatMap((v, k) => (v.p && b[k].p ? [unreduced(v, b[k])] : [])));
const written = ({ p, q }) => (q === 1n ? `${p}` : `${p}/${q}`);
const power = (base, exponent) => base ** BigInt(exponent);

/** The ratio that a double is. */
const ofDouble = (value) => {
  let q = 1n;
  for (; !Number.isInteger(value); value *= 2) q *= 2n;
  return ratio(BigInt(value), q);
};

const bits = (value) => magnitude(value).toString(2).length;

/** The double nearest to a ratio, half to even; infinite where it is too large for one. */
const toDouble = ({ p, q }) => {
  const scaled = (power) =>
    power < 0 ? [magnitude(p) << BigInt(-power), q] : [magnitude(p), q << BigInt(power)];
  let last = bits(p) - bits(q) - 53; // the power of two of the last bit, or one too low
  const [high, unit] = scaled(last);
  last = Math.max(high >= unit << 53n ? last + 1 : last, -1074);
  const [top, bottom] = scaled(last);
  const rest = 2n * (top % bottom);
  const up = rest > bottom || (rest === bottom && (top / bottom) % 2n === 1n);
  const value = Number(top / bottom + (up ? 1n : 0n)) * 2 ** last;
  return p < 0n ? -value : value;
};
const sameDouble = (a, b) => toDouble(a) === toDouble(b);

const ROUNDING = ratio(1n, 10n ** 9n); // what floats may be off by, relative to the payoffs
const MOST_ROUNDINGS = ratio(100n); // by which a response in floats may be worse than a best one
const TOLERANCE = ofDouble(1e-7); // of the range of payoffs, which equilibria in floats may miss
const SMALLEST = ratio(1n, 2n ** 1000n); // the payoffs' size that rounding is relative to, at least
const OFF = ratio(1n, 10n ** 6n); // of a bound in floats, relative to the payoffs

/** A ratio for a sentence: as it is, or as a decimal where that is long. */
const text = (value) => {
  const whole = written(value);
  if (whole.length <= 40) return whole;
  const double = toDouble(value);
  return Number.isFinite(double)
    ? `about ${Number(double.toPrecision(6))}`
    : `a number of ${whole.length} characters`;
};

// --- JSON: integers become BigInts, decimals doubles (of a game: ratios)

const NUMBER = /^\s*([+-]?)(?:(\d+)\/(\d+)|(?=\.?\d)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?)\s*$/;

/** The exact value of a text such as "3", "-0.5", "1e-3" or "1/3"; undefined if it is none. */
const ratioOf = (said) => {
  const [, minus, p, q, whole, decimals = "", exponent = "0"] = NUMBER.exec(said) ?? [];
  if (minus === undefined || (q !== undefined && !BigInt(q))) return undefined;
  const shift = Number(exponent) - decimals.length;
  const value = p
    ? ratio(BigInt(p), BigInt(q))
    : shift < 0
      ? ratio(BigInt(whole + decimals), power(10n, -shift))
      : ratio(BigInt(whole + decimals) * power(10n, shift));
  return minus === "-" ? neg(value) : value;
};

const MARK = /[{}[\],:]/;
const STRING = /"[^"\\\u0000-\u001f]*(?:\\.[^"\\\u0000-\u001f]*)*"/;
const NUMERAL = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/;
const WORD = /true|false|null/;
const KINDS = [MARK, STRING, NUMERAL, WORD].map(({ source }) => `(${source})`).join("|");
const WORDS = { true: true, false: false, null: null };

const KEYS = new WeakMap(); // of an object, in its text's order: numbers come first in the object's

/**
 * The value of a JSON text. Objects have no prototype, integers are BigInts.
 * @param {string} said the text
 * @param {(digits: string) => any} decimal what a number with a point or an exponent becomes
 * @returns {any}
 * @throws {InputError} if it is no JSON, or an object has a key twice
 */
export function parse(said, decimal = Number) {
  const tokens = new RegExp(`[ \\t\\n\\r]*(?:${KINDS})`, "y");
  let place = 0;
  const next = () => {
    tokens.lastIndex = place;
    const token = tokens.exec(said);
    if (!token) throw noJson();
    place = tokens.lastIndex;
    return token;
  };
  const noJson = () => {
    const lines = said.slice(0, place).split("\n");
    return new InputError(
      `it is no JSON at line ${lines.length}, column ${lines.at(-1).length + 1}`,
    );
  };
  const value = ([, mark, string, number, point, exponent, word] = next()) => {
    if (mark === "{") return object();
    if (mark === "[") return list();
    if (mark) throw noJson();
    if (string) return unescaped(string);
    if (word) return WORDS[word];
    return point || exponent ? decimal(number) : BigInt(number);
  };
  const unescaped = (string) => {
    try {
      return JSON.parse(string);
    } catch {
      throw noJson();
    }
  };
  const list = () => {
    const out = [];
    for (let token = next(); token[1] !== "]"; token = next()) {
      if (out.length && token[1] !== ",") throw noJson();
      out.push(value(out.length ? next() : token));
    }
    return out;
  };
  const object = () => {
    const out = Object.create(null);
    const keys = [];
    KEYS.set(out, keys);
    for (let token = next(), first = true; token[1] !== "}"; token = next(), first = false) {
      if (!first && token[1] !== ",") throw noJson();
      const [, , key] = first ? token : next();
      if (!key || next()[1] !== ":") throw noJson();
      const name = unescaped(key);
      if (name in out) throw new InputError(`the key ${shown(name)} comes twice in one object`);
      keys.push(name);
      out[name] = value();
    }
    return out;
  };
  const whole = value();
  if (/[^ \t\n\r]/.test(said.slice(place))) throw noJson();
  return whole;
}

/** Any JSON value for a sentence. */
const shown = (value) => {
  if (value === null || value === undefined) return "none";
  if (isText(value)) return `'${value.slice(0, 100)}'`;
  if (isRatio(value)) return text(value);
  if (typeof value === "object") return isList(value) ? "a list" : "an object";
  return `${value}`.slice(0, 100);
};

const partOr = (entry, key, fallback) => (key in entry ? entry[key] : fallback);
const isList = Array.isArray;
const isObject = (value) => typeof value === "object" && value !== null && !isList(value);
const isInteger = (value) => typeof value === "bigint";
const isText = (value) => typeof value === "string";
const isTruth = (value) => typeof value === "boolean";
const range = (count) => Array.from({ length: count }, (_, k) => k);

/** Whether a value is or holds a double. */
const holdsDouble = (value) =>
  typeof value === "number" ||
  (typeof value === "object" && value !== null && Object.values(value).some(holdsDouble));

/** Whether an interval, {"mid", "radius"}, is in a value. */
const holdsEnclosed = (value) =>
  typeof value === "object" &&
  value !== null &&
  (keyOf(Object.keys(value).sort()) === '["mid","radius"]' ||
    Object.values(value).some(holdsEnclosed));

// --- what a part must be, else an InputError

const need = (fits, value, what) => {
  if (!fits(value)) throw new InputError(`${what} is not of the expected form: ${shown(value)}`);
  return value;
};
const list = (value, what) => need(isList, value, what);
const oneOf = (words, value, what) => need((v) => words.includes(v), value, what);
const lists = (value, what) => list(value, what).map((part) => list(part, what));

/** A number, exactly. */
const number = (value, what) => {
  if (isInteger(value)) return ratio(value);
  if (isRatio(value)) return value;
  if (Number.isFinite(value)) return ofDouble(value);
  const exact = isText(value) ? ratioOf(value) : undefined;
  if (!exact) throw new InputError(`${what}: ${shown(value)} is no number`);
  return exact;
};

const numbers = (values, what, size) => {
  const out = list(values, what).map((value) => number(value, what));
  if (size !== undefined && out.length !== size)
    throw new InputError(`${what}: ${out.length} numbers are given where ${size} are needed`);
  return out;
};

const nonnegative = (values, what, size) => {
  const out = numbers(values, what, size);
  if (out.some(({ p }) => p < 0n)) throw new InputError(`${what}: a number is negative`);
  return out;
};

/** A place among so many, counted from 0. */
const index = (value, size, what) => {
  if (!isInteger(value) || value < 0n || value >= BigInt(size))
    throw new InputError(`${what} is none of the ${size} there are`);
  return Number(value);
};

const keyOf = (value) => JSON.stringify(value, (_, v) => (isInteger(v) ? `${v}` : v));

/** The entries of an object, or of a list of [key, value] in which no key is twice. */
const pairs = (value, what) => {
  const entries = isObject(value) ? Object.entries(value) : lists(value, what);
  if (entries.some((entry) => entry.length !== 2 || isObject(entry[0])))
    throw new InputError(`${what}: there is an entry that is no pair`);
  if (new Set(entries.map(([key]) => keyOf(key))).size < entries.length)
    throw new InputError(`${what}: a key is given twice`);
  return entries;
};

/** A number for some of so many places: a Map. */
const shares = (value, size, what) =>
  new Map(pairs(value, what).map(([k, v]) => [index(k, size, what), number(v, what)]));

const onlyKeys = (entry, known, what) => {
  const foreign = Object.keys(entry).find((key) => !known.includes(key));
  if (foreign !== undefined) throw new InputError(`${what} has an unknown part ${shown(foreign)}`);
};

/** Whether a stated number is another one than the true one; up to rounding where not exact. */
const numberFailures = (what, truth, said, exact) => {
  const stated = number(said, what);
  if (exact && typeof said === "number")
    return [`${what} is a float, but the arithmetic is said to be exact`];
  if (same(truth, stated, exact)) return [];
  return [`${what} is ${text(truth)}, not ${text(stated)}`];
};

const same = (truth, stated, exact) => (exact ? equal(truth, stated) : sameDouble(truth, stated));

const isDistribution = (values) => values.every(({ p }) => p >= 0n) && equal(sum(values), ONE);

// --- SHA-256 (FIPS 180-4), so that a page needs no secure context

const primes = (count) => {
  const out = [];
  for (let n = 2; out.length < count; n++) if (out.every((p) => n % p)) out.push(n);
  return out;
};
const fraction = (root) => (p) => Math.floor((root(p) % 1) * 2 ** 32) | 0;

/**
 * The SHA-256 of bytes.
 * @param {number[]} bytes
 * @returns {string} 64 hexadecimal digits
 */
export function sha256(bytes) {
  const rounds = primes(64).map(fraction(Math.cbrt));
  const hash = primes(8).map(fraction(Math.sqrt));
  const padded = new Uint8Array((((bytes.length + 8) >> 6) + 1) << 6);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(bytes.length) * 8n);
  const turned = (word, by) => (word >>> by) | (word << (32 - by));
  const w = new Int32Array(64);
  for (let block = 0; block < padded.length; block += 64) {
    for (let k = 0; k < 64; k++) {
      if (k < 16) {
        w[k] = view.getInt32(block + 4 * k);
        continue;
      }
      const [x, y] = [w[k - 15], w[k - 2]];
      const low = turned(x, 7) ^ turned(x, 18) ^ (x >>> 3);
      const high = turned(y, 17) ^ turned(y, 19) ^ (y >>> 10);
      w[k] = w[k - 16] + low + w[k - 7] + high;
    }
    let [a, b, c, d, e, f, g, h] = hash;
    for (let k = 0; k < 64; k++) {
      const mixed = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
      const one = (h + mixed + ((e & f) ^ (~e & g)) + rounds[k] + w[k]) | 0;
      const other = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      [a, b, c, d, e, f, g, h] = [(one + other) | 0, a, b, c, (d + one) | 0, e, f, g];
    }
    [a, b, c, d, e, f, g, h].forEach((word, k) => (hash[k] = (hash[k] + word) | 0));
  }
  return hash.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

/** The bytes of a text in UTF-8; half a surrogate pair as if it were a character. */
const utf8 = (said) =>
  [...said].flatMap((character) => {
    const code = character.codePointAt(0);
    if (code < 0x80) return [code];
    const tails = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    const lead = (0xff00 >> (tails + 1)) & 0xff;
    const six = (k) => (code >> (6 * k)) & 0x3f;
    return [lead | (code >> (6 * tails)), ...range(tails).map((k) => 0x80 | six(tails - 1 - k))];
  });

// --- games

/** The exact payoffs of one player: integers over one denominator, in row-major order. */
const tensorOf = (nested, shape, what) => {
  const flatten = (part, depth) => {
    if (depth === shape.length) return [number(part, what)];
    if (!isList(part) || part.length !== shape[depth])
      throw new InputError(`${what} are not one number a profile`);
    return part.flatMap((inner) => flatten(inner, depth + 1));
  };
  const entries = flatten(nested, 0);
  const denominator = entries.map(({ q }) => q).reduce(lcm, 1n);
  return { numerators: entries.map(({ p, q }) => p * (denominator / q)), denominator };
};

const shapeOf = (nested) => (isList(nested) ? [nested.length, ...shapeOf(nested[0])] : []);

/** Labels, none empty and none twice; an integer is one, too. */
const labelsOf = (given, what) => {
  const labels = list(given, what).map((label) => (isInteger(label) ? `${label}` : label));
  if (!labels.every((label) => isText(label) && label) || new Set(labels).size < labels.length)
    throw new InputError(`${what} are not different labels`);
  return labels;
};

const counted = (size) => range(size).map((k) => `${k + 1}`);

/** A game in normal form. */
const normalForm = (players, actions, payoffs) => {
  const sizes = list(payoffs, "the payoffs").map(shapeOf);
  const count = sizes.length;
  const names =
    players === undefined
      ? count === 2
        ? ["Row", "Column"]
        : counted(count).map((k) => `Player ${k}`)
      : labelsOf(players, "the players");
  const labels = (
    actions === undefined ? sizes[0]?.map(counted) : list(actions, "the actions")
  )?.map((own) => labelsOf(own, "the actions of a player"));
  if (count < 2 || names.length !== count || labels?.length !== count)
    throw new InputError("the game has not one name, one list of actions and one array a player");
  const shape = labels.map((own) => own.length);
  if (shape.includes(0)) throw new InputError("a player has no action");
  const arrays = payoffs.map((own, k) => tensorOf(own, shape, `the payoffs of ${shown(names[k])}`));
  return { kind: "normal-form", players: names, actions: labels, shape, payoffs: arrays };
};

const bayesian = (value) => {
  const types = list(value.types, "the types");
  if (!types.length) throw new InputError("there are no types");
  types.forEach((type) =>
    onlyKeys(
      need(isObject, type, "a type"),
      ["name", "probability", "actions", "payoffs"],
      "a type",
    ),
  );
  const leader = index(partOr(value, "leader", 0n), 2, "the leader");
  const games = types.map((type) =>
    normalForm(value.players, partOr(type, "actions", value.actions), type.payoffs),
  );
  const prior = types.map((type) => number(type.probability, "the probability of a type"));
  if (!isDistribution(prior)) throw new InputError("the prior is no probability distribution");
  const shared = games.map((game) => keyOf(game.actions[leader]));
  if (games.some((game) => game.shape.length !== 2) || new Set(shared).size > 1)
    throw new InputError("not every type plays a game of two with the same actions of the leader");
  const names = labelsOf(
    types.map((type, k) => partOr(type, "name", `${k + 1}`)),
    "the types",
  );
  return { kind: "bayesian", leader, types: names, prior, games, players: games[0].players };
};

/**
 * The game of a JSON value of schema gtlearn/game/1, as `parse(text, ratioOf)` reads it.
 * A Markov game is named only: {kind: "markov"}.
 */
const gameOf = (value) => {
  if (isList(value)) return normalForm(undefined, undefined, value);
  need(isObject, value, "the game");
  if ("transitions" in value || "states" in value) return { kind: "markov" };
  if (value.schema === TREE) return treeOf(value);
  const common = ["schema", "name", "players", "actions", "source"];
  onlyKeys(
    value,
    [...common, ...("types" in value ? ["types", "leader"] : ["payoffs", "number_note"])],
    "the game",
  );
  if (partOr(value, "schema", GAME) !== GAME)
    throw new InputError(`the game's schema is ${shown(value.schema)}, not ${GAME}`);
  return "types" in value
    ? bayesian(value)
    : normalForm(value.players, value.actions, value.payoffs);
};

// --- trees: an entry a node in preorder, who moves being -1 for chance and -2 at a leaf

const CHANCE = -1;
const LEAF = -2;

/**
 * The tree of a JSON value of schema gtlearn/tree/1. Nodes that share an information set have its
 * actions in the order in which its first node has them.
 */
const treeOf = (value) => {
  const players = labelsOf(value.players, "the players");
  if (players.length < 2 || !value.players.every(isText))
    throw new InputError("the players are not two or more texts");
  const tree = {
    ...{ kind: "extensive", players, parent: [], move: [], mover: [], place: [] },
    ...{ sets: players.map(() => []), chance: [], payoffs: undefined },
  };
  const known = { sets: players.map(() => new Map()), chance: new Map(), leaves: [] };
  const waiting = [{ node: value.root, parent: -1, move: 0, where: "root" }];
  while (waiting.length) {
    const { node, parent, move, where } = waiting.pop();
    const here = tree.parent.length;
    const [mover, place, below] = placeOf(tree, known, need(isObject, node, where), where);
    tree.parent.push(parent);
    tree.move.push(move);
    tree.mover.push(mover);
    tree.place.push(place);
    below.reverse().forEach(([label, child], k) =>
      waiting.push({
        ...{ node: child, parent: here, move: below.length - 1 - k },
        where: `${where}/${label}`,
      }),
    );
  }
  tree.payoffs = players.map((_, k) => overOne(known.leaves.map((row) => row[k])));
  return tree;
};

/** Ratios as integers over one denominator. */
const overOne = (values) => {
  const denominator = values.reduce((q, v) => (q % v.q ? lcm(q, v.q) : q), 1n);
  return { numerators: values.map(({ p, q }) => p * (denominator / q)), denominator };
};

/** Who moves at a node, at which place, and [label, node] of each that follows. */
const placeOf = (tree, known, node, where) => {
  if (["payoffs", "chance", "player"].filter((key) => key in node).length !== 1)
    throw new InputError(`${where} has not exactly one of payoffs, chance and player`);
  if ("payoffs" in node) {
    known.leaves.push(numbers(node.payoffs, where, tree.players.length));
    return [LEAF, known.leaves.length - 1, []];
  }
  if ("chance" in node) {
    const drawn = list(node.chance, where).map((entry) => need(isObject, entry, where));
    const labels = labelsOf(
      drawn.map(({ label }) => label),
      `the outcomes at ${where}`,
    );
    const probabilities = nonnegative(
      drawn.map(({ probability }) => probability),
      where,
    );
    if (!isDistribution(probabilities))
      throw new InputError(`the probabilities at ${where} do not sum to 1`);
    const key = keyOf([labels, probabilities.map(written)]);
    if (!known.chance.has(key))
      known.chance.set(key, tree.chance.push({ labels, probabilities }) - 1);
    return [CHANCE, known.chance.get(key), drawn.map(({ then }, k) => [labels[k], then])];
  }
  const mover = tree.players.indexOf(isInteger(node.player) ? `${node.player}` : node.player);
  if (mover < 0) throw new InputError(`${where} names a player ${shown(node.player)}, unknown`);
  const label = need((v) => isText(v) && v, partOr(node, "set", where), `the set at ${where}`);
  const actions = labelsOf(
    KEYS.get(need(isObject, node.actions, where)),
    `the actions at ${where}`,
  );
  if (!known.sets[mover].has(label))
    known.sets[mover].set(label, tree.sets[mover].push({ label, actions }) - 1);
  const place = known.sets[mover].get(label);
  const own = tree.sets[mover][place].actions;
  if (!actions.length || keyOf([...own].sort()) !== keyOf([...actions].sort()))
    throw new InputError(`the actions at ${where} are none, or not those of its information set`);
  return [mover, place, own.map((action) => [action, node.actions[action]])];
};

// --- fingerprints

/** The fewest of 1, 2, 4 and 8 bytes that hold all integers in two's complement, else 0. */
const widthOf = (integers) =>
  [1, 2, 4, 8].find((width) => {
    const half = 1n << BigInt(8 * width - 1);
    return integers.every((value) => -half <= value && value < half);
  }) ?? 0;

const ofText = (value) => {
  const bytes = utf8(value);
  return [...utf8(`${bytes.length}:`), ...bytes];
};
const ofTexts = (values) => [...ofText(`${values.length}`), ...values.flatMap(ofText)];

const ofArray = ({ numerators, denominator }, shape) => {
  const common = numerators.reduce(gcd, denominator);
  const integers = numerators.map((value) => value / common);
  const width = widthOf(integers);
  const inBytes = (value) => range(width).map((k) => Number((value >> BigInt(8 * k)) & 0xffn));
  return [
    ...ofTexts(shape.map(String)),
    ...ofText((denominator / common).toString(16)),
    ...ofText(`${width}`),
    ...(width ? integers.flatMap(inBytes) : ofText(integers.map((v) => v.toString(16)).join(","))),
  ];
};

/** The bytes of a game in normal form in the canonical form, without the first two texts. */
const ofNormalForm = (game) =>
  [game.players, ...game.actions]
    .map(ofTexts)
    .concat(game.payoffs.map((own) => ofArray(own, game.shape)))
    .flat();

/** The bytes of a tree in the canonical form, without the first two texts. */
const ofTree = (tree) => {
  const ofNumbers = (values) => ofArray(overOne(values), [values.length]);
  const integral = (values) =>
    ofArray({ numerators: values.map(BigInt), denominator: 1n }, [values.length]);
  return [
    ofTexts(tree.players),
    ...tree.sets.map((own) => [
      ...ofTexts(own.map(({ label }) => label)),
      ...own.flatMap(({ actions }) => ofTexts(actions)),
    ]),
    ofText(`${tree.chance.length}`),
    ...tree.chance.flatMap(({ labels, probabilities }) => [
      ofTexts(labels),
      ofNumbers(probabilities),
    ]),
    ...[tree.parent, tree.move, tree.mover, tree.place].map(integral),
    ...tree.payoffs.map((own) => ofArray(own, [own.numerators.length])),
  ].flat();
};

/** The SHA-256 of the canonical form of a game. */
const fingerprint = (game) => {
  const head = [...ofText(FINGERPRINT), ...ofText(game.kind)];
  if (game.kind === "normal-form") return sha256(head.concat(ofNormalForm(game)));
  if (game.kind === "extensive") return sha256(head.concat(ofTree(game)));
  return sha256([
    ...head,
    ...ofText(`${game.leader}`),
    ...ofTexts(game.types),
    ...ofArray(tensorOf(game.prior, [game.prior.length], "the prior"), [game.prior.length]),
    ...game.games.flatMap(ofNormalForm),
  ]);
};

const offset = (game, profile) => profile.reduce((at, action, k) => at * game.shape[k] + action, 0);

/** The payoff of a player at a profile. */
const payoff = (game, player, profile) =>
  ratio(game.payoffs[player].numerators[offset(game, profile)], game.payoffs[player].denominator);

/** All profiles of some sets of actions, one a player. */
const profiles = (sets) =>
  sets.reduce(
    (heads, own) => heads.flatMap((head) => own.map((action) => [...head, action])),
    [[]],
  );
const allProfiles = (game) => profiles(game.shape.map(range));

/** The two who choose: the first two among whom are all with several actions, and the one named. */
const choosers = (game, including) => {
  const all = range(game.shape.length);
  if (all.length === 2) return all;
  const chosen = all.filter((k) => game.shape[k] > 1 || k === including);
  const idle = all.filter((k) => !chosen.includes(k));
  const pair = [...chosen, ...idle.slice(0, Math.max(0, 2 - chosen.length))];
  return pair.length === 2 ? pair.sort((a, b) => a - b) : undefined;
};

/** The game of two of the players, the others having one action each. */
const gameOfTwo = (game, pair) => ({
  ...game,
  players: pair.map((k) => game.players[k]),
  actions: pair.map((k) => game.actions[k]),
  shape: pair.map((k) => game.shape[k]),
  payoffs: pair.map((k) => game.payoffs[k]),
});

const matrixOf = ({ numerators }, [m, n]) =>
  range(m).map((i) => numerators.slice(i * n, (i + 1) * n));
const transpose = (matrix) => matrix[0].map((_, j) => matrix.map((row) => row[j]));

/** The largest difference between two payoffs of one player, at least one's smallest unit. */
const payoffRange = (game) =>
  greatest(
    game.payoffs.map(({ numerators, denominator }) => {
      const [low, high] = bounds(numerators);
      return ratio(high > low ? high - low : 1n, denominator);
    }),
  );

const bounds = (values) =>
  values.reduce(
    ([low, high], v) => [v < low ? v : low, v > high ? v : high],
    [values[0], values[0]],
  );

// --- linear algebra

/**
 * Gauss-Jordan elimination of an integer matrix without fractions (Bareiss 1968).
 * @param {bigint[][]} matrix
 * @param {number} columns how many of its columns may have pivots
 * @returns {{rows: bigint[][], pivots: number[], scale: bigint, sign: number}} rows / scale is the
 *     reduced row echelon form, pivots are its columns, and `sign` is that of the determinant of
 *     a square matrix of full rank
 */
const eliminated = (matrix, columns = matrix[0]?.length ?? 0) => {
  const rows = [...matrix];
  const pivots = [];
  let scale = 1n;
  let parity = 1;
  for (let j = 0; j < columns && pivots.length < rows.length; j++) {
    const top = pivots.length;
    const found = rows.findIndex((row, i) => i >= top && row[j]);
    if (found < 0) continue;
    if (found !== top) parity = -parity;
    [rows[top], rows[found]] = [rows[found], rows[top]];
    const pivot = rows[top];
    rows.forEach((row, i) => {
      if (i !== top) rows[i] = row.map((v, k) => (v * pivot[j] - row[j] * pivot[k]) / scale);
    });
    scale = pivot[j];
    pivots.push(j);
  }
  return { rows, pivots, scale, sign: parity * sign(scale) };
};

const hasFullRank = (matrix) => eliminated(matrix).pivots.length === matrix.length;
const product = (a, b) => a.reduce((total, v, k) => total + v * b[k], 0n);

/**
 * The extreme rays of the cone of all z >= 0 with h z >= 0 for each inequality h: half-spaces are
 * added one by one, and a new ray lies between two adjacent old ones (Motzkin et al. 1953).
 * @param {number} size the dimension
 * @param {bigint[][]} inequalities
 * @returns {{vector: bigint[], tight: bigint}[]} `tight` has bit k where z_k = 0, and bit
 *     size + k where inequality k holds with equality
 * @throws {Unproven} if there are too many
 */
const extremeRays = (size, inequalities) => {
  const all = (1n << BigInt(size)) - 1n;
  let rays = range(size).map((k) => ({
    vector: range(size).map((i) => (i === k ? 1n : 0n)),
    tight: all & ~(1n << BigInt(k)),
  }));
  let compared = 0;
  inequalities.forEach((inequality, k) => {
    const facet = 1n << BigInt(size + k);
    const valued = rays.map((ray) => ({ ...ray, value: product(inequality, ray.vector) }));
    const above = valued.filter(({ value }) => value > 0n);
    const below = valued.filter(({ value }) => value < 0n);
    compared += above.length * below.length;
    if (compared > MOST_PAIRS) throw new Unproven("the game is too large for it here");
    const kept = valued.filter(({ value }) => value >= 0n);
    rays = kept.map(({ vector, tight, value }) => ({
      vector,
      tight: value ? tight : tight | facet,
    }));
    for (const one of above) {
      for (const other of below) {
        const common = one.tight & other.tight;
        const between = (ray) => ray !== one && ray !== other && (ray.tight & common) === common;
        if (valued.some(between)) continue;
        const vector = other.vector.map((v, i) => one.value * v - other.value * one.vector[i]);
        const divisor = vector.reduce(gcd, 0n);
        rays.push({ vector: vector.map((v) => v / divisor), tight: common | facet });
      }
    }
    if (rays.length > MOST_RAYS) throw new Unproven("the game is too large for it here");
  });
  return rays;
};

// --- the report

/** Settles one statement; returns whether nothing of it is false. */
const settle = (report, place, says, test) => {
  const tell = (part, sentences) =>
    report[part].push(...sentences.map((sentence) => (place ? `${place}: ${sentence}` : sentence)));
  try {
    const failed = test();
    tell(failed.length ? "false" : "proven", failed.length ? failed : [says]);
    return !failed.length;
  } catch (error) {
    if (error instanceof Unproven) tell("on_trust", [`${says}: ${error.message}`]);
    else if (error instanceof InputError) tell("false", [error.message]);
    else throw error;
    return error instanceof Unproven;
  }
};

const unknown = (report, place, name) =>
  settle(report, place, `'${name.slice(0, 40)}'`, () => {
    throw new Unproven("not a statement that is known here, so it was not looked at");
  });

const unknownKeys = (report, place, said, known) =>
  Object.keys(said)
    .filter((key) => !known.includes(key))
    .forEach((key) => unknown(report, place, key));

/**
 * What of a solution is false of a game, what is proven, and what is taken on trust.
 * @param {string|object} solution the JSON text of a solution, or of an elimination; an object as
 *     JSON.parse makes it has lost what is a float
 * @param {string|object} game the JSON text of a game; it alone is believed
 * @returns {{schema: string, false: string[], proven: string[], on_trust: string[]}}
 * @throws {InputError} if one of them cannot be read
 */
export function verify(solution, game) {
  try {
    const data = need(isObject, parse(textOf(solution, "the solution")), "the solution");
    const played = gameOf(parse(textOf(game, "the game"), exactDecimal));
    const report = { schema: VERIFICATION, false: [], proven: [], on_trust: [] };
    if (![SOLUTION, DOMINANCE].includes(data.schema))
      throw new InputError(`the schema is ${shown(data.schema)}, not ${SOLUTION} or ${DOMINANCE}`);
    if (played.kind === "markov")
      trustAll(report, "only games in one shot and trees are known here");
    else if (holdsEnclosed(data)) trustAll(report, "enclosed numbers are not known here");
    else if (data.schema === DOMINANCE)
      eliminationStatements(report, played, readElimination(data));
    else solutionStatements(report, played, readClaim(data));
    return report;
  } catch (error) {
    if (error instanceof RangeError) throw new InputError(`it is too large: ${error.message}`);
    throw error;
  }
}

const exactDecimal = (digits) => {
  const exact = ratioOf(digits);
  if (!exact) throw new InputError(`${digits.slice(0, 40)} is too large or too small`);
  return exact;
};

const textOf = (value, what) => {
  try {
    return isText(value) ? value : JSON.stringify(need(isObject, value, what));
  } catch {
    throw new InputError(`${what} is no JSON`);
  }
};

const trustAll = (report, why) =>
  settle(report, "", "all of it", () => {
    throw new Unproven(why);
  });

// --- what a solution states

const READ = {
  nash: ["strategies", "payoffs", "index"],
  correlated: ["distribution", "payoffs", "value"],
  stackelberg: [
    ...["strategies", "payoffs", "leader", "response", "ties", "attained", "distribution"],
  ],
};
const BESIDES = { nash: [], correlated: ["gap"], stackelberg: ["value", "gap"] };
const EVIDENCE = {
  nash: ["regrets", "value", "unique"],
  correlated: ["gain", "objective", "bound", "weights", "multipliers", "tolerance"],
  stackelberg: [
    ...["commitment", "upper_bound", "multipliers", "weights", "flat", "chains", "interior"],
    ...["table", "leaves", "violation", "float_bound"],
  ],
};
const FLOATS = ["float_bound", "tolerance"]; // evidence in floats, also where all else is exact
const SETS = ["components", "component_indices", "subsets"];
const OF_TABLES = ["follower", "policy", "bounds", "robustness", "proofs"];
const WHOLE = [
  ...["schema", "game", "concept", "method", "status", "complete", "arithmetic", "solutions"],
  ...["seconds", "notes", ...SETS, ...OF_TABLES],
];

const integers = (values, what) => list(values, what).map((value) => need(isInteger, value, what));
const ifGiven = (value, read) => (value === undefined || value === null ? undefined : read(value));
const part = (entry, key) => {
  if (!(key in entry)) throw new InputError(`the solution's JSON lacks '${key}'`);
  return entry[key];
};

/** The parts of a solution, read; its own statements are not tested yet. */
const readClaim = (data) => {
  need(isText, part(data, "method"), "the method");
  need(isText, part(data, "status"), "the status");
  number(partOr(data, "seconds", 0n), "the seconds");
  list(partOr(data, "notes", []), "the notes").forEach((note) => need(isText, note, "a note"));
  ifGiven(data.follower, (word) => oneOf(["stationary", "optimal"], word, "the follower"));
  ifGiven(data.policy, (word) => oneOf(["deterministic", "stochastic"], word, "the policy"));
  ifGiven(data.bounds, (named) =>
    Object.values(need(isObject, named, "the bounds")).forEach((v) => number(v, "a bound")),
  );
  list(partOr(data, "robustness", []), "the robustness").forEach((pair) =>
    numbers(pair, "a pair", 2),
  );
  need(isObject, partOr(data, "proofs", {}), "the proofs");
  return {
    data,
    game: need(isObject, partOr(data, "game", {}), "the game block"),
    concept: oneOf(CONCEPTS, part(data, "concept"), "the concept"),
    arithmetic: oneOf(ARITHMETICS, part(data, "arithmetic"), "the arithmetic"),
    complete: need(isTruth, part(data, "complete"), "the word complete"),
    outcomes: list(part(data, "solutions"), "the solutions").map(readOutcome),
    components: ifGiven(data.components, (groups) =>
      list(groups, "the components").map(
        (one) => ifGiven(one, (k) => integers(k, "a component")) ?? [],
      ),
    ),
    component_indices: ifGiven(data.component_indices, (k) => integers(k, "the indices")),
    subsets: ifGiven(data.subsets, (entries) => list(entries, "the subsets").map(readSubset)),
  };
};

const readStrategies = (value) =>
  lists(value, "the strategies").map((s) => numbers(s, "a strategy"));

/** The same, or of a tree an object of numbers by action in an object by information set. */
const readPlayed = (value) =>
  list(value, "the strategies").map((strategy) =>
    isObject(strategy)
      ? mapped(strategy, (row) =>
          mapped(need(isObject, row, "a row"), (p) => number(p, "a probability")),
        )
      : numbers(strategy, "a strategy"),
  );

/** An object's values after a function; like the object, it has no prototype. */
const mapped = (entry, change) => {
  const out = Object.create(null);
  for (const [key, value] of Object.entries(entry)) out[key] = change(value);
  return out;
};

const readSubset = (entry) => {
  onlyKeys(need(isObject, entry, "a subset"), ["rows", "columns", "members"], "a subset");
  readStrategies(part(entry, "rows"));
  readStrategies(part(entry, "columns"));
  ifGiven(part(entry, "members"), (members) => integers(members, "the members"));
  return entry;
};

/** One of the solutions; which kind it is, its keys say. */
const readOutcome = (entry) => {
  need(isObject, entry, "a solution");
  const certificate = need(isObject, part(entry, "certificate"), "a certificate");
  const { kind, arithmetic, verified, ...evidence } = certificate;
  need(isText, part(certificate, "kind"), "the kind of a certificate");
  oneOf(ARITHMETICS, part(certificate, "arithmetic"), "the arithmetic of a certificate");
  need(isTruth, part(certificate, "verified"), "the word verified");
  if ("commitment" in entry || "timed" in entry)
    throw new InputError("the solution is of another kind of game");
  const exact = arithmetic === RATIONAL;
  const outcome = { entry, kind, arithmetic, exact, evidence, verified };
  outcome.payoffs = numbers(part(entry, "payoffs"), "the payoffs");
  if ("leader" in entry) return { ...outcome, ...readCommitment(entry) };
  if ("distribution" in entry) {
    const value = ifGiven(entry.value, (v) => number(v, "the value"));
    return { ...outcome, is: "correlated", value, ...readDistribution(entry.distribution) };
  }
  return { ...outcome, is: "nash", strategies: readPlayed(part(entry, "strategies")) };
};

const readCommitment = (entry) => {
  need(isInteger, entry.leader, "the leader");
  need(isText, part(entry, "ties"), "the ties");
  need(isTruth, part(entry, "attained"), "the word attained");
  const response = part(entry, "response");
  return {
    is: "stackelberg",
    strategies: readStrategies(part(entry, "strategies")),
    leader: Number.isSafeInteger(Number(entry.leader)) ? Number(entry.leader) : -1,
    response: isList(response) ? integers(response, "the response") : response,
    ties: entry.ties,
    attained: entry.attained,
    ...("distribution" in entry ? readDistribution(entry.distribution) : {}),
  };
};

/** A distribution as a list of {profile, p}; of a profile that is named twice, the sum. */
const readDistribution = (given) => {
  const places = new Map();
  let repeated;
  for (const entry of list(given, "a distribution")) {
    onlyKeys(need(isObject, entry, "an entry"), ["profile", "probability"], "an entry");
    const p = number(part(entry, "probability"), "a probability");
    const profile = ifGiven(part(entry, "profile"), (k) => integers(k, "a profile")) ?? [];
    const key = keyOf(profile);
    if (places.has(key)) repeated ??= profile;
    places.set(key, { profile, p: add(places.get(key)?.p ?? ZERO, p) });
  }
  return { distribution: [...places.values()], repeated };
};

// --- the statements, in order

const solutionStatements = (report, game, claim) => {
  if (game.kind === "extensive") {
    if (isByLabel(claim)) treeStatements(report, game, claim);
    else trustAll(report, "it is in plans; give the reduced normal form, which is another game");
    return;
  }
  gameStatements(report, game, claim.game);
  const listing = game.kind === "normal-form" ? listingOf(game, claim) : undefined;
  const held = claim.outcomes.map((outcome, k) =>
    outcomeStatements(report, game, claim, listing, outcome, `solution ${k}`),
  );
  if (!held.every(Boolean)) return;
  settle(report, "", "in which arithmetic they are", () => weakest(claim));
  unknownKeys(report, "", claim.data, WHOLE);
  foreign(report, claim, OF_TABLES, "commitments to tables");
  if (claim.outcomes.length > 1)
    settle(report, "", "that the solutions are different ones", () => doubled(claim, listing));
  if (listing && claim.concept === "nash") setStatements(report, listing);
  else foreign(report, claim, SETS, "Nash equilibria");
  if (claim.complete)
    settle(report, "", "that these are all (complete)", () =>
      listing && claim.concept === "nash" ? missing(listing) : others(game, claim),
    );
};

const NAMES = {
  kind: "the kind of the game",
  players: "the players",
  nodes: "the number of nodes",
  information_sets: "the numbers of information sets",
  sequences: "the numbers of sequences",
  actions: "the actions",
  types: "the types",
  prior: "the prior",
  type_actions: "the actions of each type",
  states: "the states",
  horizon: "the horizon",
  discount: "the discount",
  fingerprint: "the fingerprint",
};

/** What there is to say of a game, by the keys of "game". */
const gameBlock = (game) => {
  const mark = { players: game.players, fingerprint: fingerprint(game) };
  if (game.kind === "normal-form") return { ...mark, actions: game.actions };
  if (game.kind === "extensive") return { ...mark, ...sizesOfTree(game) };
  const [first, ...rest] = game.games;
  const alike = rest.every((other) => keyOf(other.actions) === keyOf(first.actions));
  const own = { type_actions: game.games.map((each) => each.actions[1 - game.leader]) };
  const block = { ...mark, actions: first.actions, types: game.types, prior: game.prior };
  return alike ? block : { ...block, ...own };
};

const gameStatements = (report, game, stated) => {
  const truth = gameBlock(game);
  const said = "states" in stated ? { horizon: null, discount: 1n, ...stated } : { ...stated };
  if ("actions" in said && "type_actions" in truth) said.type_actions ??= null;
  for (const [key, says] of Object.entries(NAMES))
    if (key in said)
      settle(report, "game", says, () => difference(says, said[key], truth[key], key));
  unknownKeys(report, "game", stated, [...Object.keys(NAMES), "name"]);
};

/** Where two parts differ first. */
const difference = (where, said, truth, key) => {
  if (isList(said) && isList(truth) && said.length === truth.length) {
    for (const k of range(said.length)) {
      const found = difference(`${where} at ${k}`, said[k], truth[k], key);
      if (found.length) return found;
    }
    return [];
  }
  const alike =
    key === "prior" || key === "discount"
      ? isRatio(truth) && isExactly(said, truth)
      : (said ?? undefined) === truth;
  return alike ? [] : [`${where}: ${shown(truth)}, not ${shown(said)}`];
};

const isExactly = (said, truth) => {
  const exact = isText(said) ? ratioOf(said) : isInteger(said) ? ratio(said) : undefined;
  return exact !== undefined && equal(exact, truth);
};

/** Settles what one solution states alone; returns whether nothing of it is false. */
const outcomeStatements = (report, game, claim, listing, outcome, place) => {
  const say = (says, test) => settle(report, place, says, test);
  if (!say(whatItIs(outcome), () => outcomeFailures(game, outcome))) return false;
  const { is, evidence, entry, exact } = outcome;
  say("of which concept it is", () => belongs(claim, outcome));
  say("in which arithmetic it is", () => arithmeticFailures(outcome));
  unknownKeys(report, place, entry, [...READ[is], ...BESIDES[is], "certificate"]);
  if (outcome.repeated)
    say("each profile once", () => [
      `the distribution names the profile ${outcome.repeated} twice`,
    ]);
  unknownKeys(report, place, evidence, EVIDENCE[is]);
  const held = [
    say("whether it is verified", () => verifiedFailures(outcome, is !== "nash" || exact)),
  ];
  if (is === "nash" && listing && "unique" in evidence)
    held.push(
      say("which strategies are the only optimal ones (unique)", () =>
        uniqueFailures(listing, outcome),
      ),
    );
  if (is === "stackelberg" && "upper_bound" in evidence && !exact)
    held.push(say("the upper bound", () => floatBound(game, outcome)));
  if ("float_bound" in evidence && is === "stackelberg")
    held.push(say("the bound in floats", () => roundedBound(game, outcome)));
  for (const name of BESIDES[is])
    if (name in entry) held.push(say(`the ${name}`, () => derived(game, outcome, name)));
  return held.every(Boolean);
};

const whatItIs = ({ is, exact, evidence }) => {
  if (is === "nash")
    return `that it is a Nash equilibrium${exact ? "" : " up to rounding, its regrets"}, and its payoffs`;
  if (is === "correlated")
    return `that no deviation gains, and the payoffs${"bound" in evidence ? ", and that none is better by the objective" : ""}`;
  return `the commitment, the response, and the payoffs${exact ? ", and that no commitment earns more than the upper bound" : ""}`;
};

const outcomeFailures = (game, outcome) => {
  if (![RATIONAL, FLOAT].includes(outcome.arithmetic)) return ["no number in it is enclosed"];
  if (outcome.is === "stackelberg") return commitmentFailures(game, outcome);
  if (game.kind !== "normal-form") return ["only commitments are defined for a Bayesian game"];
  return outcome.is === "nash" ? nashFailures(game, outcome) : correlatedFailures(game, outcome);
};

const belongs = (claim, outcome) => {
  if (outcome.kind !== claim.concept)
    return [`it is of the kind '${outcome.kind}', the solution of '${claim.concept}'`];
  if (rank(claim.arithmetic) < rank(outcome.arithmetic))
    return [`its arithmetic is ${outcome.arithmetic}, that of the whole ${claim.arithmetic}`];
  return [];
};

/** Whether the arithmetic is another one than that of the weakest number. */
const arithmeticFailures = ({ is, entry, evidence, arithmetic }) => {
  const parts = [
    ...READ[is].map((key) => entry[key]),
    ...Object.entries(evidence).flatMap(([key, value]) => (FLOATS.includes(key) ? [] : [value])),
  ];
  const held = parts.some(holdsDouble) ? FLOAT : RATIONAL;
  return held === arithmetic ? [] : [`the arithmetic is ${held}, not ${arithmetic}`];
};

const verifiedFailures = ({ verified }, expected) => {
  if (verified === expected) return [];
  const [said, truth] = expected ? ["not verified", "verified"] : ["verified", "not verified"];
  return [`the certificate says ${said}, but it is ${truth}`];
};

const rank = (arithmetic) => ARITHMETICS.indexOf(arithmetic);

const weakest = ({ arithmetic, outcomes }) =>
  outcomes.length && outcomes.every((outcome) => rank(outcome.arithmetic) < rank(arithmetic))
    ? [`the arithmetic of every solution is stronger than ${arithmetic}`]
    : [];

const isStated = (value) => {
  if (value === undefined || value === null) return false;
  return isList(value) || isObject(value) ? Object.keys(value).length > 0 : true;
};

const foreign = (report, claim, names, whose) =>
  names
    .filter((name) => isStated(claim.data[name]))
    .forEach((name) =>
      settle(report, "", `the ${name}`, () => [`${name} are stated, which only ${whose} have`]),
    );

/** Whether a solution is listed twice. */
const doubled = (claim, listing) => {
  const exactly = listing && claim.arithmetic === FLOAT && claim.subsets;
  const keys = exactly ? listing.pairs().map(keyOfPair) : claim.outcomes.map(keyOfPlay);
  return keys.flatMap((key, k) => {
    const first = keys.indexOf(key);
    return first < k ? [`solutions ${first} and ${k} are the same`] : [];
  });
};

const keyOfStrategy = (strategy) => strategy.map(written).join(" ");
const keyOfPair = (pair) => pair.map(keyOfStrategy).join("; ");
const keyOfPlay = ({ distribution, strategies }) =>
  distribution
    ? distribution
        .filter(({ p }) => p.p)
        .map(({ profile, p }) => `${profile}: ${written(p)}`)
        .sort()
        .join("; ")
    : keyOfPair(strategies);

/** What shows that a list lacks a correlated equilibrium or a commitment. */
const others = (game, claim) => {
  if (!claim.outcomes.length) return ["no solution is listed, but there is one"];
  if (game.kind === "normal-form" && claim.concept === "correlated" && isDominanceSolvable(game))
    return [];
  const loose = claim.outcomes.findIndex((outcome) => !isProvenBest(game, outcome));
  if (loose >= 0)
    return [`solution ${loose} is not proven to be best, so the list is not proven to be all`];
  throw new Unproven("nothing here proves that no other is as good");
};

const isProvenBest = (game, { is, exact, evidence, payoffs, leader }) => {
  if (!exact) return false;
  if (is !== "stackelberg") return "bound" in evidence || (evidence.objective ?? null) === null;
  const value = payoffs[game.kind === "bayesian" ? 0 : leader];
  return equal(number(evidence.upper_bound, "the upper bound"), value);
};

/** Refuses an outcome whose parts are not of the sizes of the game, or not exact as it says. */
const requireForm = (sizes, outcome, kinds) => {
  const { is, kind, entry, exact, payoffs, strategies, distribution } = outcome;
  if (!kinds.includes(kind))
    throw new InputError(`the certificate's kind is '${kind}', not ${kinds.join(" or ")}`);
  if (exact && READ[is].some((key) => holdsDouble(entry[key])))
    throw new InputError("a float stands in an exact claim");
  if (payoffs.length !== sizes.length) throw new InputError("the payoffs are not one a player");
  const stated = strategies?.map((strategy) => strategy.length);
  if (stated && keyOf(stated) !== keyOf(sizes))
    throw new InputError("the strategies are not one number an action");
  for (const { profile } of distribution ?? []) {
    if (profile.length !== sizes.length)
      throw new InputError("a profile is not one action a player");
    profile.forEach((action, k) => index(action, sizes[k], "an action of the distribution"));
  }
};

/** How many actions each strategy has: one a player, or the leader's and one a type. */
const sizesOf = (game) =>
  game.kind === "normal-form"
    ? game.shape
    : [game.games[0].shape[game.leader], ...game.games.map((each) => each.shape[1 - game.leader])];

// --- Nash equilibria

/** Each player's payoff from each of its actions while the others mix. */
const deviationPayoffs = (game, strategies) => {
  const mixed = strategies.map((s) => s.flatMap((p, action) => (p.p ? [{ p, action }] : [])));
  return game.players.map((_, player) => {
    const sets = mixed.map((s, k) => (k === player ? [{ p: ONE, action: 0 }] : s));
    const joint = profiles(sets).map((parts) => ({
      profile: parts.map(({ action }) => action),
      p: parts.reduce((total, part) => mul(total, part.p), ONE),
    }));
    const at = (profile, own) => profile.map((action, k) => (k === player ? own : action));
    return range(game.shape[player]).map((own) =>
      sum(joint.map(({ profile, p }) => unreduced(p, payoff(game, player, at(profile, own))))),
    );
  });
};

const expectedPayoffs = (game, strategies) => {
  const deviations = deviationPayoffs(game, strategies);
  const earned = deviations.map((values, player) => dot(strategies[player], values));
  return { earned, regrets: deviations.map((values, k) => sub(greatest(values), earned[k])) };
};

const isNash = (game, strategies) =>
  expectedPayoffs(game, strategies).regrets.every(({ p }) => p === 0n);

const nashFailures = (game, outcome) => {
  requireForm(game.shape, outcome, ["nash"]);
  const { exact, evidence, entry } = outcome;
  if ("index" in entry && entry.index !== null) need(isInteger, entry.index, "the index");
  const totals = outcome.strategies.map(sum);
  if (!exact && totals.some((total) => compare(abs(sub(total, ONE)), ROUNDING) > 0))
    return ["a strategy does not sum to one"];
  const strategies = exact
    ? outcome.strategies
    : outcome.strategies.map((s, k) => s.map((p) => div(p, totals[k])));
  if (!strategies.every(isDistribution)) return ["a strategy is no probability distribution"];
  const { earned, regrets } = expectedPayoffs(game, strategies);
  const stated = numbers(partOr(evidence, "regrets", []), "the regrets");
  if (stated.length !== game.players.length)
    return ["the certificate does not say the regret of each player"];
  const most = mul(TOLERANCE, payoffRange(game));
  const failed = game.players.flatMap((player, k) => {
    const regret = `the regret of '${player}' is ${text(regrets[k])}`;
    if (exact && regrets[k].p) return [regret];
    if (compare(regrets[k], most) > 0) return [`${regret}, which no rounding explains`];
    return same(regrets[k], stated[k], exact) ? [] : [`${regret}, not ${text(stated[k])}`];
  });
  game.players.forEach((player, k) => {
    const said = outcome.payoffs[k];
    if (!same(earned[k], said, exact))
      failed.push(`the payoff of '${player}' is ${text(earned[k])}, not ${text(said)}`);
  });
  if ("value" in evidence) {
    const value = number(evidence.value, "the value");
    const pair = choosers(game);
    if (!pair || !isConstantSum(game, pair) || !same(earned[pair[0]], value, exact))
      failed.push(`the value of the game is not ${text(value)}`);
  }
  return failed;
};

/** Whether the payoffs of two players add up to the same number at every profile. */
const isConstantSum = (game, pair) => {
  const [one, other] = pair.map((k) => game.payoffs[k]);
  const totals = one.numerators.map(
    (v, i) => v * other.denominator + other.numerators[i] * one.denominator,
  );
  return totals.every((total) => total === totals[0]);
};

/**
 * The two who choose as a bimatrix game of positive integers, and the equilibria that are listed,
 * each of which holds alone.
 */
const listingOf = (game, claim) => {
  const players = choosers(game);
  const equilibria = claim.outcomes.filter(({ is }) => is === "nash");
  const listing = { game, claim, equilibria, bimatrix: undefined };
  if (players) {
    const small = gameOfTwo(game, players);
    const [rows, columns] = small.payoffs.map(({ numerators }) => {
      const [low] = bounds(numerators);
      return matrixOf({ numerators: numerators.map((v) => v - low + 1n) }, small.shape);
    });
    listing.bimatrix = { players, rows, columns };
  }
  let known;
  listing.pairs = () => (known ??= exactPairs(listing));
  return listing;
};

/** The bimatrix game of a listing. */
const twoSided = ({ bimatrix }) => {
  if (bimatrix) return bimatrix;
  throw new InputError("only equilibria of two players have subsets, components and indices");
};

const pairOf = (listing, { strategies }) => twoSided(listing).players.map((k) => strategies[k]);

/** The profile of all players in which two play a pair of strategies. */
const profileOf = (listing, pair) =>
  listing.game.players.map((_, k) => pair[listing.bimatrix.players.indexOf(k)] ?? [ONE]);

const doubles = (pair) => keyOf(pair.map((strategy) => strategy.map(toDouble)));

/** An equilibrium exactly: in floats, the only one with its supports, which must round to it. */
const exactPair = (listing, outcome) => {
  const given = pairOf(listing, outcome);
  if (!holdsDouble(outcome.entry.strategies)) return given;
  const solved = onSupports(listing.bimatrix, given);
  if (
    solved &&
    doubles(solved) === doubles(given) &&
    isNash(listing.game, profileOf(listing, solved))
  )
    return solved;
  throw new Unproven("it is in floats, and no exact equilibrium follows from it");
};

/** All listed equilibria exactly: in floats, those of the subsets that round to them. */
const exactPairs = (listing) => {
  const { claim, equilibria } = listing;
  twoSided(listing);
  if (claim.arithmetic !== FLOAT || !claim.subsets)
    return equilibria.map((outcome) => exactPair(listing, outcome));
  const places = new Map();
  for (const { rows, columns } of subsetsOf(listing)) {
    for (const pair of rows.flatMap((x) => columns.map((y) => [x, y]))) {
      const alike = places.get(doubles(pair)) ?? [];
      if (alike.some((other) => keyOfPair(other) === keyOfPair(pair))) continue;
      if (!isNash(listing.game, profileOf(listing, pair)))
        throw new InputError("two strategies of a subset are no equilibrium");
      places.set(doubles(pair), [...alike, pair]);
    }
  }
  return equilibria.map((outcome, k) => {
    const [first, ...rest] = places.get(doubles(pairOf(listing, outcome))) ?? [];
    if (!first) throw new InputError(`solution ${k} is in no subset`);
    places.set(doubles(pairOf(listing, outcome)), rest);
    return first;
  });
};

/** The subsets that are stated, exactly. */
const subsetsOf = (listing) => {
  const { rows } = twoSided(listing);
  const side = (strategies, size) =>
    strategies.map((strategy) => {
      if (holdsDouble(strategy)) throw new InputError("a strategy of a subset is in floats");
      const exact = numbers(strategy, "a strategy of a subset", size);
      if (!isDistribution(exact)) throw new InputError("a strategy of a subset is no distribution");
      return exact;
    });
  return listing.claim.subsets.map((subset) => ({
    rows: side(subset.rows, rows.length),
    columns: side(subset.columns, rows[0].length),
    members: (subset.members ?? []).map((k) => index(k, listing.equilibria.length, "a member")),
  }));
};

const support = (strategy) => range(strategy.length).filter((k) => strategy[k].p);
const block = (matrix, rows, columns) => rows.map((i) => columns.map((j) => matrix[i][j]));
const placed = (values, places, size) =>
  range(size).map((k) => (places.includes(k) ? values[places.indexOf(k)] : ZERO));

/** The only pair with these supports that makes all played actions equally good, if any. */
const onSupports = ({ rows, columns }, pair) => {
  const [own, other] = pair.map(support);
  const first = equalising(block(columns, own, other));
  const second = equalising(transpose(block(rows, own, other)));
  return (
    first && second && [placed(first, own, pair[0].length), placed(second, other, pair[1].length)]
  );
};

/** The mix of the rows under which all columns earn the same, if there is just one. */
const equalising = (payoffs) => {
  const count = payoffs.length;
  const equations = transpose(payoffs).map((column) => [...column, -1n, 0n]);
  const { rows, pivots, scale } = eliminated([...equations, [...payoffs.map(() => 1n), 0n, 1n]]);
  if (pivots.length !== count + 1 || pivots.includes(count + 1)) return undefined;
  return rows.slice(0, count).map((row) => ratio(row[count + 1], scale));
};

/** Each side's best responses to the other's strategy. */
const bestResponses = ({ rows, columns }, [x, y]) =>
  [
    [rows, y],
    [transpose(columns), x],
  ].map(([payoffs, mix]) =>
    maxima(
      payoffs.map((row) =>
        dot(
          mix,
          row.map((v) => ratio(v)),
        ),
      ),
    ),
  );

/**
 * Whether the opponent's best responses determine a strategy on its support, so that it is a vertex
 * of the best-response polyhedron.
 */
const isVertex = (opponent, strategy, best) =>
  hasFullRank(
    support(strategy).map((i) => [1n, ...best.map((j) => opponent[i][j] - opponent[i][best[0]])]),
  );

const isExtreme = (bimatrix, pair) => {
  const [rows, columns] = bestResponses(bimatrix, pair);
  return (
    isVertex(bimatrix.columns, pair[0], columns) &&
    isVertex(transpose(bimatrix.rows), pair[1], rows)
  );
};

/**
 * Whether one side's strategy of an equilibrium of a zero-sum game is its only optimal one. The
 * optimal ones are those that let no action of the other earn more than its value: a cone.
 */
const isOnly = (bimatrix, pair, side) => {
  const best = bestResponses(bimatrix, pair);
  const opponent = side === 0 ? bimatrix.columns : transpose(bimatrix.rows);
  const played = support(pair[1 - side]);
  if (hasFullRank(best[side].map((i) => [1n, ...played.map((j) => opponent[i][j])]))) return true;
  const own = range(opponent.length);
  const value = dot(
    pair[side],
    own.map((i) => ratio(opponent[i][best[1 - side][0]])),
  );
  const slack = range(opponent[0].length).map((j) =>
    best[side].map((i) => value.p - opponent[i][j] * value.q),
  );
  return extremeRays(best[side].length, slack).length === 1;
};

const uniqueFailures = (listing, outcome) => {
  const { bimatrix, game } = listing;
  if (!bimatrix || !isConstantSum(game, bimatrix.players))
    throw new InputError('"unique" is stated, which is said of zero-sum games only');
  const stated = list(outcome.evidence.unique, "unique");
  if (stated.length !== 2 || !stated.every(isTruth))
    throw new InputError('"unique" is not one truth value for each player');
  const pair = exactPair(listing, outcome);
  return stated.flatMap((said, side) => {
    if (isOnly(bimatrix, pair, side) === said) return [];
    const player = game.players[bimatrix.players[side]];
    return [`the optimal strategy of '${player}' is ${said ? "not " : ""}the only one`];
  });
};

// --- lists of Nash equilibria

const setStatements = (report, listing) => {
  const { claim, equilibria } = listing;
  equilibria.forEach(({ entry }, k) => {
    if ((entry.index ?? null) !== null)
      settle(report, `solution ${k}`, "the index", () => indexFailures(listing, k));
  });
  if (claim.subsets) {
    settle(report, "", "the maximal Nash subsets of the solutions", () => subsetFailures(listing));
    settle(report, "", "that their strategies are extreme", () => notExtreme(listing));
  }
  if (claim.components)
    settle(report, "", "the connected components of the solutions", () =>
      componentFailures(listing),
    );
  if (claim.component_indices)
    settle(report, "", "the indices of the components", () => componentIndexFailures(listing));
};

const notExtreme = (listing) => {
  const bimatrix = twoSided(listing);
  return listing
    .pairs()
    .flatMap((pair, k) =>
      isExtreme(bimatrix, pair) ? [] : [`solution ${k} is not extreme: it is a mixture of others`],
    );
};

/** The equilibria, by their places, joined where they share a strategy. */
const connected = (pairs) => {
  const groups = [];
  pairs.forEach((pair, k) => {
    const keys = pair.map((strategy, side) => `${side}: ${keyOfStrategy(strategy)}`);
    const joined = groups.filter((group) => keys.some((key) => group.keys.has(key)));
    const group = { members: [k], keys: new Set(keys) };
    for (const other of joined) {
      group.members.push(...other.members);
      other.keys.forEach((key) => group.keys.add(key));
      groups.splice(groups.indexOf(other), 1);
    }
    groups.push(group);
  });
  return groups.map(({ members }) => members);
};

const componentsOf = ({ claim, equilibria }) =>
  claim.components.map((component) =>
    component.map((k) => index(k, equilibria.length, "a member of a component")),
  );

const sorted = (places) => [...places].sort((a, b) => a - b);

const componentFailures = (listing) => {
  const count = listing.equilibria.length;
  const stated = componentsOf(listing);
  if (keyOf(sorted(stated.flat())) !== keyOf(range(count)))
    return ["the components are no partition of the solutions"];
  const truth = count === 1 ? [[0]] : (twoSided(listing), connected(listing.pairs()));
  const asText = (groups) =>
    groups
      .map((group) => keyOf(sorted(group)))
      .sort()
      .join();
  return asText(stated) === asText(truth)
    ? []
    : ["the components are not those of equilibria that share a strategy"];
};

const indexFailures = (listing, k) => {
  if (!listing.bimatrix) throw new Unproven("it is that of more than two players");
  const bimatrix = twoSided(listing);
  const said = listing.equilibria[k].entry.index;
  const floats = listing.claim.arithmetic === FLOAT && listing.claim.subsets;
  const pair = floats ? listing.pairs()[k] : exactPair(listing, listing.equilibria[k]);
  if (!isRegular(bimatrix, pair) && !isIsolated(listing, pair))
    return ["an index is given, but the equilibrium is not isolated"];
  const truth = componentIndex(bimatrix, [pair]);
  return BigInt(truth) === said ? [] : [`the index is ${truth}, not ${said}`];
};

/** Whether an extreme equilibrium shares no strategy with another one. */
const isIsolated = (listing, pair) => {
  if (!isExtreme(listing.bimatrix, pair)) return false;
  const known = listing.claim.complete ? listing.pairs() : extremeEquilibria(listing.bimatrix);
  const own = known.findIndex((other) => keyOfPair(other) === keyOfPair(pair));
  return connected(known).some((group) => group.length === 1 && group[0] === own);
};

const componentIndexFailures = (listing) => {
  const stated = listing.claim.component_indices;
  const components = listing.claim.components ? componentsOf(listing) : [];
  if (stated.length !== components.length) return ["there is not one index for each component"];
  const bimatrix = twoSided(listing);
  const pairs = listing.pairs();
  return components.flatMap((component, k) => {
    const truth = componentIndex(
      bimatrix,
      component.map((member) => pairs[member]),
    );
    return BigInt(truth) === stated[k]
      ? []
      : [`component ${k}: the index is ${truth}, not ${stated[k]}`];
  });
};

/** Each subset must hold all that its members span, be as large as can be, and be there once. */
const subsetFailures = (listing) => {
  const places = new Map(listing.pairs().map((pair, k) => [keyOfPair(pair), k]));
  const subsets = subsetsOf(listing);
  const keys = subsets.map(({ rows, columns }) =>
    [rows, columns]
      .map((side) => [...new Set(side.map(keyOfStrategy))].sort().join(", "))
      .join(" x "),
  );
  const failed = subsets.flatMap(({ rows, columns, members }, k) => {
    const spanned = rows.flatMap((x) => columns.map((y) => places.get(keyOfPair([x, y]))));
    if (spanned.includes(undefined)) return [`subset ${k}: a row and a column are no solution`];
    if (!spanned.length || keyOf(sorted(members)) !== keyOf(sorted(spanned)))
      return [`subset ${k}: its members are not the solutions of its rows and columns`];
    const doubled = [rows, columns].some(
      (side) => new Set(side.map(keyOfStrategy)).size < side.length,
    );
    if (doubled) return [`subset ${k}: a strategy is listed twice`];
    const first = keys.indexOf(keys[k]);
    return first < k ? [`subsets ${first} and ${k} are the same`] : [];
  });
  if (failed.length) return failed;
  const truth = maximalSubsets(listing.pairs(), keys.length);
  const small = keys.flatMap((key, k) => (truth.has(key) ? [] : [`subset ${k} is not maximal`]));
  if (small.length || truth.size <= keys.length) return small;
  return [`there are more maximal Nash subsets than the ${keys.length} listed`];
};

/**
 * The maximal sets of rows and columns all pairs of which are listed, as texts; one more than
 * enough. Their columns are the intersections of what rows are paired with.
 */
const maximalSubsets = (pairs, enough) => {
  const partners = new Map();
  for (const [x, y] of pairs) {
    const key = keyOfStrategy(x);
    partners.set(key, (partners.get(key) ?? new Set()).add(keyOfStrategy(y)));
  }
  const closed = new Map();
  const close = (columns) => columns.length && closed.set(columns.join(", "), columns);
  for (const own of partners.values()) {
    const known = [...closed.values()];
    known.forEach((columns) => close(columns.filter((column) => own.has(column))));
    close([...own].sort());
    if (closed.size > enough) break;
  }
  return new Set(
    [...closed].map(([key, columns]) => {
      const rows = [...partners].filter(([, own]) => columns.every((column) => own.has(column)));
      return `${rows
        .map(([row]) => row)
        .sort()
        .join(", ")} x ${key}`;
    }),
  );
};

const subsetsOfSize = (places, size) =>
  size === 0
    ? [[]]
    : places.flatMap((place, k) =>
        subsetsOfSize(places.slice(k + 1), size - 1).map((rest) => [place, ...rest]),
      );
const choose = (n, k) =>
  k < 0 || k > n ? 0 : range(k).reduce((c, i) => (c * (n - i)) / (i + 1), 1);

/** The pairs of supports that an extreme equilibrium may stand for in a perturbed game. */
const ends = (bimatrix, pair) => {
  const played = pair.map(support);
  const best = bestResponses(bimatrix, pair);
  const free = best.map((own, side) => own.filter((k) => !played[side].includes(k)));
  const sizes = range(Math.min(...best.map((own) => own.length)) + 1).slice(
    Math.max(...played.map((own) => own.length)),
  );
  const ways = (size, side) => choose(free[side].length, size - played[side].length);
  const count = sizes.map((size) => ways(size, 0) * ways(size, 1)).reduce((a, b) => a + b, 0);
  const between = (side, size) =>
    subsetsOfSize(free[side], size - played[side].length).map((more) =>
      sorted([...played[side], ...more]),
    );
  const total = () =>
    sizes
      .flatMap((size) =>
        between(0, size).flatMap((s) => between(1, size).map((t) => basisIndex(bimatrix, s, t))),
      )
      .reduce((a, b) => a + b, 0);
  return { count, total };
};

const isRegular = (bimatrix, pair) => {
  const { count, total } = ends(bimatrix, pair);
  return count === 1 && total() !== 0;
};

/** The index of the component whose extreme equilibria these are. */
const componentIndex = (bimatrix, members) => {
  const all = members.map((pair) => ends(bimatrix, pair));
  if (all.reduce((total, { count }) => total + count, 0) > MOST_BASES)
    throw new Unproven("the equilibria are too degenerate to recompute it here");
  return all.reduce((total, one) => total + one.total(), 0);
};

/** The index of a pair of supports of one size (Shapley 1974), 0 where it is no equilibrium. */
const basisIndex = (bimatrix, rows, columns) => {
  const first = basicSolution(transpose(bimatrix.columns), columns, rows);
  const second = first && basicSolution(bimatrix.rows, rows, columns);
  return second ? first * second * (rows.length % 2 ? 1 : -1) : 0;
};

/**
 * The sign of det M, where M is the part of the payoffs at `tight` and `own`, if the z with
 * M z = 1 + (e, e^2, ...) is positive and all other rows earn less, for every small e > 0; else 0.
 */
const basicSolution = (payoffs, tight, own) => {
  const unit = (k) => tight.map((_, i) => BigInt(i === k));
  const system = tight.map((i, k) => [...own.map((j) => payoffs[i][j]), 1n, ...unit(k)]);
  const { rows, pivots, scale, sign: determinant } = eliminated(system, own.length);
  if (pivots.length < own.length) return 0;
  const size = magnitude(scale); // what follows is z times size: by 1, and by e^(k+1)
  const terms = rows.map((row) => row.slice(own.length).map((v) => (scale < 0n ? -v : v)));
  const powers = [-1, ...tight];
  const isPositive = (coefficients) => {
    const some = coefficients.filter(([, v]) => v).sort(([a], [b]) => a - b);
    return some.length > 0 && some[0][1] > 0n;
  };
  if (!terms.every((z) => isPositive(z.map((v, k) => [powers[k], v])))) return 0;
  const isSlack = (i) => {
    const weights = own.map((j) => payoffs[i][j]);
    const earned = powers.map((_, k) => terms.reduce((t, z, j) => t + weights[j] * z[k], 0n));
    return isPositive([...powers.map((at, k) => [at, (k ? 0n : size) - earned[k]]), [i, size]]);
  };
  const others = range(payoffs.length).filter((i) => !tight.includes(i));
  return others.every(isSlack) ? determinant : 0;
};

/** Iterated strict dominance: the actions of each player that are left. */
const undominated = (game) => {
  const left = game.shape.map(range);
  if (Math.max(...game.shape) > MOST_ACTIONS) return left;
  for (let changed = true; changed;) {
    changed = false;
    for (const player of range(left.length)) {
      const rows = rowsOf(game, left, player);
      const kept = left[player].filter((_, k) => !isSeenDominated(rows, k));
      changed ||= kept.length < left[player].length;
      left[player] = kept;
    }
  }
  return left;
};

/** A player's payoffs where only some actions are left: a row an own one, a column a profile. */
const rowsOf = (game, left, player) => {
  const { numerators } = game.payoffs[player];
  const against = profiles(left.map((actions, k) => (k === player ? [0] : actions)));
  const at = (profile, own) => profile.map((action, k) => (k === player ? own : action));
  return left[player].map((own) => against.map((p) => numerators[offset(game, at(p, own))]));
};

/**
 * Whether a mixture of the rows exceeds row k everywhere; with weak dominance, whether it is
 * somewhere better and nowhere worse. The mixtures that are nowhere worse are a cone.
 */
const isDominated = (rows, k, strictly = true) => {
  if (rows.some((row) => row.every((v, j) => v > rows[k][j]))) return true;
  const gains = transpose(rows.map((row) => row.map((v, j) => v - rows[k][j])));
  const rays = extremeRays(rows.length, gains);
  const isBetter = (gain) => rays.some(({ vector }) => product(gain, vector) > 0n);
  return strictly ? gains.every(isBetter) : gains.some(isBetter);
};

/** Whether a row is seen, with little work, to be strictly dominated. */
const isSeenDominated = (rows, k) => {
  if (rows.some((row) => row.every((v, j) => v > rows[k][j]))) return true;
  const isBest = (v, j) => rows.every((row) => row[j] <= v);
  if (rows.length * rows[k].length > MOST_ENTRIES || rows[k].some(isBest)) return false;
  try {
    return isDominated(rows, k);
  } catch (error) {
    if (error instanceof Unproven) return false;
    throw error;
  }
};

const isDominanceSolvable = (game) => undominated(game).every((own) => own.length === 1);

/** Every extreme equilibrium: the pairs of vertices whose labels are all labels. */
const extremeEquilibria = (bimatrix) => {
  const shape = [bimatrix.rows.length, bimatrix.rows[0].length];
  const payoffs = [bimatrix.rows, bimatrix.columns].map((m) => ({
    numerators: m.flat(),
    denominator: 1n,
  }));
  const [own, other] = undominated({ shape, payoffs });
  const [a, b] = [block(bimatrix.rows, own, other), block(bimatrix.columns, own, other)];
  const [m, n] = [own.length, other.length];
  const all = (1n << BigInt(m + n)) - 1n;
  const firsts = vertices(transpose(b)); // bit k: action k is idle; bit m + k: column k is best
  const seconds = vertices(a).map(({ strategy, tight }) => ({
    strategy,
    tight: (tight >> BigInt(n)) | ((tight & ((1n << BigInt(n)) - 1n)) << BigInt(m)),
  }));
  return firsts.flatMap((x) =>
    seconds
      .filter((y) => (x.tight | y.tight) === all)
      .map((y) => [placed(x.strategy, own, shape[0]), placed(y.strategy, other, shape[1])]),
  );
};

/** The vertices z of M z <= 1, z >= 0 but the origin, as strategies. */
const vertices = (payoffs) => {
  const size = payoffs[0].length;
  const low = (1n << BigInt(size)) - 1n;
  return extremeRays(
    size + 1,
    payoffs.map((row) => [...row.map((v) => -v), 1n]),
  )
    .map(({ vector, tight }) => ({ weights: vector.slice(0, size), tight }))
    .filter(({ weights }) => weights.some(Boolean))
    .map(({ weights, tight }) => ({
      strategy: weights.map((v) =>
        ratio(
          v,
          weights.reduce((x, y) => x + y),
        ),
      ),
      tight: (tight & low) | ((tight >> BigInt(size + 1)) << BigInt(size)),
    }));
};

/** What shows that a list lacks an (extreme) equilibrium. */
const missing = (listing) => {
  const { game, equilibria, bimatrix } = listing;
  if (!equilibria.length)
    return ["no solution is listed, but every finite game has an equilibrium (Nash 1951)"];
  const absent = absentPure(game, equilibria);
  if (absent) {
    const labels = absent.map((action, k) => game.actions[k][action]).join(", ");
    return [`the equilibrium ${labels} is not listed`];
  }
  if (isDominanceSolvable(game)) return [];
  if (!bimatrix) throw new Unproven("nothing here proves it for more than two players");
  const mixtures = notExtreme(listing);
  return mixtures.length ? mixtures : missingOfTwo(listing);
};

/** A pure equilibrium that is not listed, if any. */
const absentPure = (game, equilibria) => {
  const isPure = ({ strategies }) => strategies.every((s) => support(s).length === 1);
  const playedOf = ({ strategies }) => keyOf(strategies.flatMap(support));
  const listed = new Set(equilibria.filter(isPure).map(playedOf));
  const isBest = range(game.shape.length).map((player) => bestReplies(game, player));
  return allProfiles(game).find(
    (profile, place) => isBest.every((own) => own[place]) && !listed.has(keyOf(profile)),
  );
};

/** By profile, in row-major order, whether a player's action is a best one against the others'. */
const bestReplies = (game, player) => {
  const { numerators } = game.payoffs[player];
  const stride = game.shape.slice(player + 1).reduce((a, b) => a * b, 1);
  const others = (place) => place - (Math.floor(place / stride) % game.shape[player]) * stride;
  const best = [];
  numerators.forEach((v, place) => {
    const at = others(place);
    if (best[at] === undefined || v > best[at]) best[at] = v;
  });
  return numerators.map((v, place) => v === best[others(place)]);
};

const missingOfTwo = (listing) => {
  const { game, bimatrix } = listing;
  const pairs = listing.pairs();
  if (pairs.length === 1 && isConstantSum(game, bimatrix.players))
    return [0, 1].every((side) => isOnly(bimatrix, pairs[0], side))
      ? []
      : ["an optimal strategy of it is not the only one"];
  try {
    const listed = new Set(pairs.map(keyOfPair));
    const absent = extremeEquilibria(bimatrix).filter((pair) => !listed.has(keyOfPair(pair)));
    return absent.length
      ? [`${absent.length} extreme equilibria are not listed, such as ${keyOfPair(absent[0])}`]
      : [];
  } catch (error) {
    if (!(error instanceof Unproven)) throw error;
    const total = componentIndex(bimatrix, pairs);
    if (total === 1) throw error;
    return [`the indices of all components add up to ${total}, not 1 (Shapley 1974)`];
  }
};

// --- correlated equilibria

const correlatedFailures = (game, outcome) => {
  requireForm(game.shape, outcome, ["correlated", "coarse-correlated"]);
  const { distribution, evidence, exact, kind, payoffs } = outcome;
  const negative = distribution.find(({ p }) => p.p < 0n);
  if (negative) return [`the probability of ${negative.profile} is ${text(negative.p)}`];
  const total = sum(distribution.map(({ p }) => p));
  if (compare(abs(sub(total, ONE)), exact ? ZERO : TOLERANCE) > 0)
    return [`the probabilities sum to ${text(total)}`];
  const coarse = kind === "coarse-correlated";
  const allowed = exact ? ZERO : mul(TOLERANCE, payoffRange(game));
  const gain = largestGain(game, distribution, coarse);
  const failed = compare(gain, allowed) > 0 ? [`a player gains ${text(gain)} by deviating`] : [];
  if ("gain" in evidence) {
    const stated = number(evidence.gain, "the gain");
    if (!same(gain, stated, exact))
      failed.push(`the largest gain of a deviation is ${text(gain)}, not ${text(stated)}`);
  }
  if (
    "tolerance" in evidence &&
    (exact || !equal(number(evidence.tolerance, "the tolerance"), TOLERANCE))
  )
    failed.push("the tolerance is not as stated");
  const slack = exact ? ZERO : add(allowed, roundingOfPayoffs(payoffs));
  game.players.forEach((player, k) => {
    const earned = sum(
      distribution.map(({ profile, p }) => mul(p, payoff(game, k, placesOf(profile)))),
    );
    if (compare(abs(sub(earned, payoffs[k])), slack) > 0)
      failed.push(`the payoff of '${player}' is not ${text(payoffs[k])}`);
  });
  failed.push(...valueFailures(game, outcome, slack));
  if (["bound", "weights", "multipliers"].some((name) => name in evidence))
    failed.push(...dualFailures(game, outcome, coarse));
  return failed;
};

const placesOf = (profile) => profile.map(Number);

/** How far off payoffs that were rounded to doubles, and a sum of them, are at most. */
const roundingOfPayoffs = (payoffs) => {
  const view = new DataView(new ArrayBuffer(8));
  const largest = toDouble(greatest(payoffs.map(abs)));
  view.setFloat64(0, largest);
  view.setBigUint64(0, view.getBigUint64(0) + 1n);
  const unit = view.getFloat64(0) - largest; // to the next double
  return Number.isFinite(unit) ? mul(ratio(BigInt(payoffs.length + 1)), ofDouble(unit)) : ZERO;
};

/** The most that a player gains by one deviation; obeying gains nothing. */
const largestGain = (game, distribution, coarse) => {
  const gains = game.players.map((_, player) => {
    const own = game.shape[player];
    const table = range(coarse ? 1 : own).map(() => range(own).map(() => ZERO));
    for (const { profile, p } of distribution) {
      const row = table[coarse ? 0 : Number(profile[player])];
      for (const b of range(own))
        row[b] = add(row[b], mul(p, neg(loss(game, player, placesOf(profile), b))));
    }
    return greatest(table.flat());
  });
  return greatest([ZERO, ...gains]);
};

/** What a player loses by deviating to b at a profile. */
const loss = (game, player, profile, b) => {
  const other = profile.map((action, k) => (k === player ? b : action));
  return sub(payoff(game, player, profile), payoff(game, player, other));
};

const playerOf = (game, objective) => {
  const player = game.players.findIndex((_, k) => objective === `player:${k}`);
  return player < 0 ? undefined : player;
};

const valueFailures = (game, { evidence, value, payoffs, distribution }, slack) => {
  const objective = evidence.objective ?? null;
  if (objective === null) return value ? ["a value is given but no objective"] : [];
  if (!value) return [`no value of the objective ${shown(objective)} is given`];
  const player = playerOf(game, objective);
  const truth = {
    welfare: () => sum(payoffs),
    fairness: () => least(payoffs),
    gini: () => sub(ONE, squares(distribution)),
  };
  if (player === undefined && !(isText(objective) && Object.hasOwn(truth, objective)))
    return [`${shown(objective)} is no objective`];
  const earned = player === undefined ? truth[objective]() : payoffs[player];
  return compare(abs(sub(earned, value)), slack) > 0
    ? [`the objective ${shown(objective)} is not ${text(value)}`]
    : [];
};

const squares = (distribution) => sum(distribution.map(({ p }) => mul(p, p)));

/** The dual proof: at every profile s, c(s) + the multipliers' losses are at most the bound. */
const dualFailures = (game, outcome, coarse) => {
  const { evidence, value, distribution } = outcome;
  const absent = ["objective", "bound", "weights", "multipliers"].filter(
    (name) => !(name in evidence),
  );
  if (absent.length) return [`the certificate does not say ${absent.join(" and ")}`];
  const bound = number(evidence.bound, "the bound");
  const weights = numbers(evidence.weights, "the weights");
  const multipliers = pairs(evidence.multipliers, "the multipliers").map(([key, multiplier]) => ({
    ...deviationOf(game, key, coarse),
    multiplier: number(multiplier, "the multipliers"),
  }));
  const failed = weightFailures(game, evidence.objective, weights);
  if (!value || !equal(bound, value)) failed.push("the bound is not the value");
  if (multipliers.some(({ multiplier }) => multiplier.p < 0n))
    failed.push("a multiplier of the dual proof is negative");
  if (failed.length) return failed;
  const concentration = squares(distribution);
  const played = new Map(distribution.map(({ profile, p }) => [keyOf(placesOf(profile)), p]));
  const objectiveAt = (s) => {
    const linear = sum(weights.map((w, k) => (w.p ? mul(w, payoff(game, k, s)) : ZERO)));
    if (evidence.objective !== "gini") return linear;
    const own = played.get(keyOf(s)) ?? ZERO;
    return add(linear, sub(add(ONE, concentration), add(own, own)));
  };
  const losses = (s) =>
    multipliers
      .filter(({ player, action }) => coarse || s[player] === action)
      .map(({ player, b, multiplier }) => mul(multiplier, loss(game, player, s, b)));
  const excess = greatest(
    allProfiles(game).map((s) => sum([objectiveAt(s), neg(bound), ...losses(s)])),
  );
  return excess.p > 0n ? [`a profile exceeds the dual bound by ${text(excess)}`] : [];
};

/** The deviation of a multiplier: [player, action, b], without the action if it is coarse. */
const deviationOf = (game, key, coarse) => {
  const what = "the deviation of a multiplier";
  if (list(key, what).length !== (coarse ? 2 : 3))
    throw new InputError(`${what} is not of this kind`);
  const player = index(key[0], game.players.length, what);
  const [b, action] = key
    .slice(1)
    .map((a) => index(a, game.shape[player], what))
    .reverse();
  return { player, action, b };
};

const weightFailures = (game, objective, weights) => {
  if (weights.length !== game.players.length)
    return [`${weights.length} weights for ${game.players.length} players`];
  const player = playerOf(game, objective);
  const fine =
    objective === "fairness"
      ? isDistribution(weights)
      : objective === "welfare"
        ? weights.every((w) => equal(w, ONE))
        : objective === "gini"
          ? weights.every((w) => !w.p)
          : player !== undefined && weights.every((w, k) => equal(w, k === player ? ONE : ZERO));
  return fine ? [] : [`the weights do not belong to the objective ${shown(objective)}`];
};

/** Whether the gap or the value that the JSON states is another one than follows. */
const derived = (game, outcome, name) => {
  const { is, evidence, exact, value, payoffs, leader } = outcome;
  const worth = is === "correlated" ? value : payoffs[game.kind === "bayesian" ? 0 : leader];
  const key = is === "correlated" ? "bound" : "upper_bound";
  if (name === "gap" && (!(key in evidence) || !worth))
    throw new InputError("a gap is stated, but no bound");
  const truth = name === "gap" ? sub(number(evidence[key], "the bound"), worth) : worth;
  return numberFailures(`the ${name}`, truth, outcome.entry[name], exact);
};

// --- commitments

/** A game of two from its leader's view: A is the leader's, B the follower's, a row an own action. */
const sidesOf = (game, leader) => {
  const [A, B] = [leader, 1 - leader].map((player) => {
    const { denominator } = game.payoffs[player];
    const matrix = matrixOf(game.payoffs[player], game.shape);
    return (leader === 1 ? transpose(matrix) : matrix).map((row) =>
      row.map((v) => ratio(v, denominator)),
    );
  });
  const sizes = [A, B].map((matrix) => greatest(matrix.flat().map(abs)));
  return {
    A,
    B,
    m: A.length,
    n: A[0].length,
    scale: greatest([SMALLEST, ...sizes]),
    largest: sizes[1],
  };
};

/** What each column earns against a mix of the rows. */
const expected = (matrix, mix) => transpose(matrix).map((column) => dot(mix, column));
const places = (values, fits) => range(values.length).filter((k) => fits(values[k], k));
const maxima = (values) => {
  const best = greatest(values);
  return places(values, (v) => equal(v, best));
};
const unitVector = (k, size) => range(size).map((i) => (i === k ? ONE : ZERO));
const isSame = (a, b) => a.length === b.length && a.every((v, k) => equal(v, b[k]));

const commitmentFailures = (game, outcome) => {
  if (game.kind === "bayesian") {
    requireCommitment(game, outcome, sizesOf(game));
    return bayesianFailures(game, outcome);
  }
  if (!choosers(game)) return ["a commitment needs two players who choose"];
  const [small, projected] = commitmentOfTwo(game, outcome);
  requireCommitment(small, projected, small.shape);
  const sides = sidesOf(small, projected.leader);
  const failed = oneFollowerFailures(sides, projected);
  return failed.length ? failed : dummyFailures(game, outcome);
};

/** The game of the leader and the other who chooses, and the commitment as one of it. */
const commitmentOfTwo = (game, outcome) => {
  if (game.players.length === 2) return [game, outcome];
  const leader = index(BigInt(outcome.leader), game.players.length, "the leader");
  const pair = choosers(game, leader);
  if (!pair) throw new InputError("a commitment needs two players who choose");
  const { strategies, payoffs, distribution } = outcome;
  if ([strategies, payoffs].some((part) => part.length !== game.players.length))
    throw new InputError("the strategies or the payoffs are not one a player");
  const ofPair = (values) => pair.map((k) => values[k]);
  if (distribution?.some(({ profile }) => profile.length !== game.players.length))
    throw new InputError("a profile of the distribution is not one action a player");
  const projected = {
    ...outcome,
    leader: pair.indexOf(leader),
    strategies: ofPair(strategies),
    payoffs: ofPair(payoffs),
    distribution: distribution?.map(({ profile, p }) => ({ profile: ofPair(profile), p })),
  };
  return [gameOfTwo(game, pair), projected];
};

/** What is false of players with one action. */
const dummyFailures = (game, outcome) => {
  const pair = choosers(game, outcome.leader);
  const { strategies, payoffs, exact } = outcome;
  const mixed = () =>
    profiles(strategies.map((s) => support(s).map((action) => ({ action, p: s[action] })))).map(
      (parts) => ({
        profile: parts.map(({ action }) => action),
        p: parts.reduce((total, part) => mul(total, part.p), ONE),
      }),
    );
  const played = outcome.distribution ?? mixed();
  return range(game.players.length)
    .filter((k) => !pair.includes(k))
    .flatMap((k) => {
      if (!isSame(strategies[k], [ONE]))
        return [`'${game.players[k]}' does not take its only action`];
      const earned = played.map(({ profile, p }) => ({
        p,
        v: payoff(
          game,
          k,
          profile.map((a, i) => index(BigInt(a), game.shape[i], "an action")),
        ),
      }));
      const total = sum(earned.map(({ p, v }) => mul(p, v)));
      const slack = exact ? ZERO : mul(ROUNDING, greatest(earned.map(({ v }) => abs(v))));
      return compare(abs(sub(total, payoffs[k])), slack) > 0
        ? [`the payoff of '${game.players[k]}' is ${text(total)}, not ${text(payoffs[k])}`]
        : [];
    });
};

/** The form of a commitment, and that the certificate says what a proof needs. */
const requireCommitment = (game, outcome, sizes) => {
  requireForm(sizes, outcome, ["stackelberg"]);
  const { leader, ties, response, distribution, evidence, exact, attained } = outcome;
  index(BigInt(leader), 2, "the leader");
  oneOf(["strong", "weak"], ties, "the ties");
  if (game.kind === "bayesian") {
    if (leader !== game.leader || distribution)
      throw new InputError("the commitment is not one of the game's leader to a mixed strategy");
    if (!isList(response) || response.length !== game.types.length)
      throw new InputError("there is not one response for each type");
    response.forEach((action, t) => index(action, sizes[1 + t], "a response"));
  } else if (!distribution) index(response, sizes[1 - leader], "the response");
  else if (response !== null)
    throw new InputError("a commitment to a correlated strategy has no single response");
  const word = evidence.commitment ?? (distribution ? "correlated" : "mixed");
  const proof = game.kind === "bayesian" ? ["table", "leaves"] : ["multipliers"];
  const needed = exact ? (word === "pure" ? [] : ["upper_bound", ...proof]) : ["violation"];
  if (exact && !attained) needed.push("interior");
  const absent = needed.filter((name) => !(name in evidence));
  if (absent.length) throw new InputError(`the certificate does not say ${absent.join(" and ")}`);
  if (
    evidence.commitment === null ||
    !(distribution ? ["correlated"] : ["mixed", "pure"]).includes(word)
  )
    throw new InputError(`the commitment is called ${shown(word)}, which it is not`);
  const violation = statedViolation(outcome);
  if (violation.p < 0n || (exact && violation.p))
    throw new InputError("a violation is stated that an exact response or none can have");
};

const statedViolation = ({ evidence }) =>
  number(partOr(evidence, "violation", 0n), "the violation");

const oneFollowerFailures = (sides, outcome) => {
  if (!outcome.exact) return floatFailures(sides, outcome);
  const failed = outcome.distribution
    ? jointFailures(sides, outcome)
    : mixedFailures(sides, outcome);
  if (failed.length) return failed;
  return outcome.evidence.commitment === "pure"
    ? pureFailures([sides], [ONE], outcome, outcome.leader)
    : boundFailures(sides, outcome);
};

/** A mixed or pure commitment: the mix, the response, and what both earn. */
const mixedFailures = (sides, outcome) => {
  const { leader, payoffs, ties, attained } = outcome;
  const [mix, reply] = [outcome.strategies[leader], outcome.strategies[1 - leader]];
  const response = Number(outcome.response);
  const failed = isDistribution(mix)
    ? []
    : ["the leader's commitment is no probability distribution"];
  if (!isSame(reply, unitVector(response, sides.n)))
    failed.push("the follower's strategy is not its stated response");
  if (failed.length) return failed;
  const [own, other] = [expected(sides.A, mix), expected(sides.B, mix)];
  const best = maxima(other);
  if (!best.includes(response)) return [`action ${response} is no best response of the follower`];
  const value = payoffs[leader];
  if (!equal(payoffs[1 - leader], other[response]))
    failed.push("the follower's payoff is not what it earns");
  if (!attained) return [...failed, ...supremumFailures(sides, outcome, own, response)];
  const worth = (ties === "strong" ? greatest : least)(best.map((k) => own[k]));
  if (!equal(worth, value) || !equal(own[response], value))
    failed.push(`the leader does not earn ${text(value)} under ${ties} ties`);
  return failed;
};

/** Whether the value is approached from inside the region where the response is the only best. */
const supremumFailures = (sides, outcome, own, response) => {
  if (outcome.ties !== "weak") return ["a value under strong ties is always attained"];
  const value = outcome.payoffs[outcome.leader];
  const group = classOf(sides, response);
  const failed = equal(least(group.map((k) => own[k])), value)
    ? []
    : [`commitments near the stated one do not approach ${text(value)}`];
  const interior = numbers(outcome.evidence.interior, "the interior point");
  if (interior.length !== sides.m || !isDistribution(interior))
    return [...failed, "the interior point is no probability distribution"];
  const pays = expected(sides.B, interior);
  const tied = places(pays, (pay, k) => !group.includes(k) && compare(pay, pays[response]) >= 0);
  if (!failed.length && tied.length)
    failed.push("the response is not the only best one at the interior point");
  return failed;
};

/** The follower's actions that pay it the same as action j whatever the leader does. */
const classOf = ({ B, n }, j) => range(n).filter((k) => B.every((row) => equal(row[k], row[j])));

/** The recommendations to the follower, each with the leader's actions that go with it. */
const recommendations = ({ m }, { distribution, leader }) => {
  const columns = new Map();
  for (const { profile, p } of distribution) {
    const j = Number(profile[1 - leader]);
    if (!columns.has(j))
      columns.set(
        j,
        range(m).map(() => ZERO),
      );
    columns.get(j)[Number(profile[leader])] = p;
  }
  return [...columns];
};

/** A joint distribution that the follower gains nothing by disobeying. */
const jointFailures = (sides, outcome) => {
  const { leader, strategies, payoffs, distribution, ties, attained } = outcome;
  const failed = isDistribution(distribution.map(({ p }) => p))
    ? []
    : ["the joint distribution is no probability distribution"];
  if (ties !== "strong" || !attained)
    failed.push("a correlated commitment is attained, under strong ties");
  const totals = [ZERO, ZERO];
  const mix = range(sides.m).map(() => ZERO);
  const reply = range(sides.n).map(() => ZERO);
  for (const [j, weights] of recommendations(sides, outcome)) {
    const [own, other] = [expected(sides.A, weights), expected(sides.B, weights)];
    if (compare(greatest(other), other[j]) > 0)
      failed.push(`the follower gains by disobeying the recommendation of action ${j}`);
    totals[leader] = add(totals[leader], own[j]);
    totals[1 - leader] = add(totals[1 - leader], other[j]);
    weights.forEach((p, i) => (mix[i] = add(mix[i], p)));
    reply[j] = sum(weights);
  }
  if (!isSame(payoffs, totals)) failed.push("the payoffs are not those of the joint distribution");
  if (!isSame(strategies[leader], mix))
    failed.push("the leader's strategy is not its marginal distribution");
  if (!isSame(strategies[1 - leader], reply))
    failed.push("the follower's strategy is not its marginal distribution");
  return failed;
};

/** What the best pure commitment earns, against types with these probabilities. */
const bestPure = (sides, prior, ties) => {
  const worst = ties === "strong" ? greatest : least;
  return greatest(
    range(sides[0].m).map((i) =>
      sum(sides.map(({ A, B }, t) => mul(prior[t], worst(maxima(B[i]).map((k) => A[i][k]))))),
    ),
  );
};

const pureFailures = (sides, prior, outcome, place) => {
  const best = bestPure(sides, prior, outcome.ties);
  if (!outcome.attained) return ["the value of a pure commitment is always attained"];
  if (!equal(best, outcome.payoffs[place])) return [`the best pure commitment earns ${text(best)}`];
  const { evidence } = outcome;
  if ("upper_bound" in evidence && !equal(number(evidence.upper_bound, "the upper bound"), best))
    return ["the upper bound is not what the best pure commitment earns"];
  return equal(greatest(outcome.strategies[place]), ONE)
    ? []
    : ["the leader's commitment is not pure"];
};

const rowOf = (given, size) => {
  const what = "the multipliers";
  if (!isList(given) || (given.length && !isList(given[0]))) return nonnegative(given, what, size);
  const some = shares(given, size, what);
  nonnegative([...some.values()], what);
  return range(size).map((k) => some.get(k) ?? ZERO);
};

/** For each i: sum_k l_k (B_ij - B_ik). */
const disobedience = ({ B }, j, multipliers) => {
  const used = support(multipliers);
  return B.map((row) => sum(used.map((k) => mul(multipliers[k], sub(row[j], row[k])))));
};

/** The multipliers prove that no commitment earns more than the upper bound, and no less. */
const boundFailures = (sides, outcome) => {
  const { evidence, ties, distribution } = outcome;
  const { A, n } = sides;
  const limit = number(evidence.upper_bound, "the upper bound");
  const rows = list(evidence.multipliers, "the multipliers").map((row) => rowOf(row, n));
  if (rows.length !== n) return [`there is not one vector of ${n} multipliers for each action`];
  const flat = new Set(
    list(partOr(evidence, "flat", []), "the flat regions").map((j) => index(j, n, "a flat region")),
  );
  const weights = new Map(
    pairs(partOr(evidence, "weights", []), "the weights").map(([j, some]) => [
      index(j, n, "an action with weights"),
      shares(some, n, "the weights"),
    ]),
  );
  const worth = (i, j) =>
    weights.has(j) ? sum([...weights.get(j)].map(([k, w]) => mul(w, A[i][k]))) : A[i][j];
  const proven = rows.map((row, j) =>
    greatest(
      disobedience(sides, j, row).map((gain, i) => (flat.has(j) ? gain : add(gain, worth(i, j)))),
    ),
  );
  const strong = ties === "strong" || distribution;
  if (strong && (flat.size || weights.size))
    return ["weights and flat regions prove nothing under strong ties"];
  const deciding = strong ? range(n) : range(n).filter((j) => classOf(sides, j)[0] === j);
  const failed = strong
    ? deciding
        .filter((j) => compare(proven[j], limit) > 0)
        .map(
          (j) =>
            `the multipliers of action ${j} bound the leader by ${text(proven[j])}, above ${text(limit)}`,
        )
    : weakFailures(sides, outcome, { limit, rows, proven, flat, weights, deciding });
  if (failed.length) return failed;
  const most = greatest(deciding.filter((j) => !flat.has(j)).map((j) => proven[j]));
  return equal(most, limit)
    ? []
    : [`the multipliers prove the upper bound ${text(most)}, not ${text(limit)}`];
};

/** What is not proven of the bound under weak ties, or of a supremum that is not attained. */
const weakFailures = (sides, outcome, { limit, rows, proven, flat, weights, deciding }) => {
  const failed = deciding.flatMap((j) => {
    const group = classOf(sides, j);
    const out = [];
    const mix = weights.get(j);
    if (
      mix &&
      !(
        [...mix.keys()].every((k) => group.includes(k)) &&
        mix.size &&
        isDistribution([...mix.values()])
      )
    )
      out.push(`the weights of action ${j} are no distribution over its class`);
    if (flat.has(j)) {
      const leaves = support(rows[j]).some((k) => !group.includes(k));
      if (proven[j].p > 0n || !leaves)
        out.push(`the region of action ${j} is not shown to be flat`);
    } else if (compare(proven[j], limit) > 0)
      out.push(`the multipliers of action ${j} bound the leader by ${text(proven[j])}`);
    return out;
  });
  if (failed.length || outcome.attained) return failed;
  if (!equal(limit, outcome.payoffs[outcome.leader]))
    return ["the stated supremum differs from the upper bound"];
  const chains = pairs(partOr(outcome.evidence, "chains", []), "the chains");
  const chainOf = (j) => chains.find(([key]) => key === BigInt(j))?.[1] ?? [];
  return deciding
    .filter((j) => !flat.has(j) && equal(proven[j], limit))
    .filter((j) => !chainHolds(sides, j, limit, chainOf(j)))
    .map((j) => `it is not shown that action ${j} does not attain ${text(limit)}`);
};

/** Whether the steps prove that the class of j nowhere earns the value under weak ties. */
const chainHolds = (sides, j, value, chain) => {
  const tied = new Set(classOf(sides, j));
  for (const step of list(chain, "a chain")) {
    if (list(step, "a step of a chain").length !== 2) return false;
    const follower = nonnegative(step[0], "a step of a chain", sides.n);
    const leader = shares(step[1], sides.n, "a step of a chain");
    if ([...leader].some(([k, w]) => !tied.has(k) || w.p < 0n)) return false;
    const gains = disobedience(sides, j, follower);
    const worst = greatest(
      gains.map((gain, i) =>
        sum([gain, ...[...leader].map(([k, w]) => mul(w, sub(sides.A[i][k], value)))]),
      ),
    );
    if (worst.p) return worst.p < 0n;
    support(follower).forEach((k) => tied.add(k));
  }
  return false;
};

// --- commitments in floats: what they state must hold up to rounding

const roundingOf = (sides) => mul(ROUNDING, greatest(sides.map(({ scale }) => scale)));

const floatFailures = (sides, outcome) => {
  const { leader, strategies, payoffs, distribution } = outcome;
  const rounding = roundingOf([sides]);
  const parts = distribution
    ? recommendations(sides, outcome)
    : [[Number(outcome.response), strategies[leader]]];
  const failed = floatTies(sides, outcome, add(rounding, statedViolation(outcome)));
  const earned = [ZERO, ZERO];
  const mix = range(sides.m).map(() => ZERO);
  const reply = range(sides.n).map(() => ZERO);
  let worst = ZERO;
  for (const [j, weights] of parts) {
    if (weights.some(({ p }) => p < 0n)) failed.push("a probability is negative");
    const [own, other] = [expected(sides.A, weights), expected(sides.B, weights)];
    worst = larger(worst, sub(greatest(other), other[j]));
    earned[leader] = add(earned[leader], own[j]);
    earned[1 - leader] = add(earned[1 - leader], other[j]);
    weights.forEach((p, i) => (mix[i] = add(mix[i], p)));
    reply[j] = add(reply[j], distribution ? sum(weights) : ONE);
  }
  failed.push(...violationFailures(rounding, outcome, worst));
  const off = (a, b, slack) => a.some((v, k) => compare(abs(sub(v, b[k])), slack) > 0);
  if (off([sum(strategies[leader])], [ONE], ROUNDING))
    failed.push("the leader's commitment does not sum to one");
  if (off(mix, strategies[leader], ROUNDING) || off(reply, strategies[1 - leader], ROUNDING))
    failed.push("the strategies are not those of the response or of the joint distribution");
  if (off(earned, payoffs, rounding))
    failed.push("the payoffs are not those of the stated strategies");
  return failed;
};

const violationFailures = (rounding, outcome, truth) => {
  if (compare(abs(sub(truth, statedViolation(outcome))), rounding) > 0)
    return [`the response is ${text(truth)} worse than a best one, not as stated`];
  if (compare(truth, mul(MOST_ROUNDINGS, rounding)) > 0)
    return [`the response is no best one: it is ${text(truth)} worse`];
  return [];
};

/** The best responses to a mix in floats; undefined where rounding may hide which they are. */
const tiedInFloats = ({ m, largest }, pays, slack) => {
  const rounding = mul(ratio(BigInt(m + 4), 2n ** 52n), largest);
  const best = greatest(pays);
  const behind = pays.map((pay) => sub(best, pay));
  const unclear = behind.some((v) => compare(v, rounding) > 0 && compare(v, slack) <= 0);
  return unclear ? undefined : places(behind, (v) => compare(v, rounding) <= 0);
};

/** Whether the value is attained just where no response as good up to rounding earns less. */
const floatTies = (sides, outcome, slack) => {
  const { ties, attained, distribution, strategies, leader, payoffs } = outcome;
  if (ties === "strong") return attained ? [] : ["a value under strong ties is always attained"];
  if (distribution) return ["a correlated commitment is attained, under strong ties"];
  const best = tiedInFloats(sides, expected(sides.B, strategies[leader]), slack);
  if (!best) return [];
  const own = expected(sides.A, strategies[leader]);
  const worst = least(best.map((k) => own[k]));
  const truth = compare(worst, sub(payoffs[leader], slack)) >= 0;
  return truth === attained ? [] : [`the value is ${truth ? "" : "not "}attained under weak ties`];
};

/** Where the leader's payoff stands, the game against each type, and their probabilities. */
const leaderView = (game, outcome) => {
  if (game.kind === "bayesian")
    return {
      place: 0,
      sides: game.games.map((each) => sidesOf(each, game.leader)),
      prior: game.prior,
    };
  const [small, projected] = commitmentOfTwo(game, outcome);
  return { place: outcome.leader, sides: [sidesOf(small, projected.leader)], prior: [ONE] };
};

const floatBound = (game, outcome) => {
  const bound = number(outcome.evidence.upper_bound, "the upper bound");
  const { place, sides, prior } = leaderView(game, outcome);
  const value = outcome.payoffs[place];
  if (compare(bound, sub(value, roundingOf(sides))) < 0)
    return [`the leader earns ${text(value)}, more than the upper bound ${text(bound)}`];
  if (outcome.evidence.commitment !== "pure")
    throw new Unproven("no proof of it comes with an answer in floats");
  const best = bestPure(sides, prior, outcome.ties);
  return sameDouble(best, bound)
    ? []
    : [`the best pure commitment earns ${text(best)}, not ${text(bound)}`];
};

const roundedBound = (game, outcome) => {
  const { place, sides } = leaderView(game, outcome);
  const value = outcome.payoffs[place];
  const bound = number(outcome.evidence.float_bound, "the bound in floats");
  const slack = mul(OFF, greatest(sides.map(({ scale }) => scale)));
  if (compare(bound, sub(value, slack)) < 0)
    return [`the leader earns ${text(value)}, more than the bound in floats ${text(bound)}`];
  const proven =
    "upper_bound" in outcome.evidence
      ? number(outcome.evidence.upper_bound, "the upper bound")
      : value;
  if (compare(bound, sub(proven, slack)) < 0)
    throw new Unproven("it is below the upper bound that is proven");
  return [];
};

// --- commitments against several types

const bayesianFailures = (game, outcome) => {
  const { exact, evidence, attained } = outcome;
  if (!attained) return ["a commitment against several types is attained"];
  const sides = game.games.map((each) => sidesOf(each, game.leader));
  const failed = replyFailures(game, sides, outcome);
  if (!exact)
    failed.push(...violationFailures(roundingOf(sides), outcome, worstReply(sides, outcome)));
  if (failed.length || !exact) return failed;
  if (evidence.commitment === "pure") return pureFailures(sides, game.prior, outcome, 0);
  return leafFailures(game, sides, outcome);
};

/** The most that any type would gain by another response. */
const worstReply = (sides, { strategies, response }) =>
  greatest(
    sides.map(({ B }, t) => {
      const pays = expected(B, strategies[0]);
      return sub(greatest(pays), pays[Number(response[t])]);
    }),
  );

/** The mix, the responses, and what everybody earns. */
const replyFailures = (game, sides, outcome) => {
  const { exact, strategies, payoffs, response, ties } = outcome;
  const rounding = exact ? ZERO : roundingOf(sides);
  const slack = add(rounding, statedViolation(outcome));
  const [mix, ...replies] = strategies;
  const off = abs(sub(sum(mix), ONE));
  if (mix.some(({ p }) => p < 0n) || compare(off, exact ? ZERO : ROUNDING) > 0)
    return ["the leader's commitment is no probability distribution"];
  const failed = [];
  let total = ZERO;
  sides.forEach((side, t) => {
    const reply = Number(response[t]);
    const [own, pays] = [expected(side.A, mix), expected(side.B, mix)];
    if (compare(sub(greatest(pays), pays[reply]), slack) > 0)
      failed.push(`action ${reply} is no best response of type ${t}`);
    const best = exact ? maxima(pays) : tiedInFloats(side, pays, slack);
    const worth = best && (ties === "strong" ? greatest : least)(best.map((k) => own[k]));
    if (game.prior[t].p && worth && compare(abs(sub(own[reply], worth)), slack) > 0)
      failed.push(`type ${t} does not break ties as stated`);
    if (!isSame(replies[t], unitVector(reply, side.n)))
      failed.push(`the strategy of type ${t} is not its stated response`);
    if (compare(abs(sub(payoffs[1 + t], pays[reply])), rounding) > 0)
      failed.push(`the payoff of type ${t} is not what it earns`);
    total = add(total, mul(game.prior[t], own[reply]));
  });
  if (compare(abs(sub(total, payoffs[0])), rounding) > 0)
    failed.push(`the leader does not earn ${text(payoffs[0])}`);
  return failed;
};

/** The leaves cover all profiles of responses, and each bounds the leader. */
const leafFailures = (game, sides, { evidence }) => {
  const limit = number(evidence.upper_bound, "the upper bound");
  const counts = sides.map(({ n }) => n);
  const leaves = list(evidence.leaves, "the leaves").map((leaf) => leafOf(leaf, counts));
  const table = list(evidence.table, "the table");
  if (table.length !== counts.length)
    return ["the table does not hold the multipliers of each type"];
  if (
    !covers(
      leaves.map(({ fixed }) => fixed),
      counts,
    )
  )
    return ["the leaves do not cover all response profiles"];
  const brought = (t, j, row) =>
    disobedience(sides[t], j, row).map((gain, i) =>
      add(gain, mul(game.prior[t], sides[t].A[i][j])),
    );
  const ceilings = counts.map((n, t) => {
    if (!game.prior[t].p) return range(sides[t].m).map(() => ZERO);
    const what = `the multipliers of type ${t}`;
    const rows = list(table[t], what).map((row) => nonnegative(row, what, n));
    if (rows.length !== n) throw new InputError(`${what} are not one vector for each response`);
    return transpose(rows.map((row, j) => brought(t, j, row))).map(greatest);
  });
  const bounds = leaves.map(({ fixed, rows }) => {
    const terms = fixed.map((j, t) => {
      if (j === undefined) return ceilings[t];
      if (!rows[t]) throw new InputError(`a leaf has no multipliers of type ${t}`);
      return brought(t, j, rows[t]);
    });
    return greatest(transpose(terms).map(sum));
  });
  const most = greatest(bounds);
  if (equal(most, limit)) return [];
  return [`the leaves prove the upper bound ${text(most)}, not ${text(limit)}`];
};

const leafOf = (leaf, counts) => {
  const [fixed, rows] = lists(leaf, "a leaf");
  if (leaf.length !== 2 || fixed.length !== counts.length || rows.length !== counts.length)
    throw new InputError("a leaf does not hold a response and multipliers for each type");
  return {
    fixed: fixed.map((j, t) => ifGiven(j, (k) => index(k, counts[t], "a response of a leaf"))),
    rows: rows.map((row, t) => ifGiven(row, (v) => nonnegative(v, "a leaf", counts[t]))),
  };
};

/** Whether leaves, read as a tree that splits by one type after another, leave nothing out. */
const covers = (leaves, counts, seen = []) => {
  const open = range(counts.length).filter((t) => !seen.includes(t));
  if (leaves.some((leaf) => open.every((t) => leaf[t] === undefined))) return true;
  const split = leaves.length
    ? open.find((t) => leaves.every((leaf) => leaf[t] !== undefined))
    : undefined;
  if (split === undefined) return false;
  return range(counts[split]).every((j) =>
    covers(
      leaves.filter((leaf) => leaf[split] === j),
      counts,
      [...seen, split],
    ),
  );
};

// --- equilibria of trees

/** What "game" says of a tree. */
const sizesOfTree = ({ kind, parent, sets }) => ({
  kind,
  nodes: BigInt(parent.length),
  information_sets: sets.map((own) => BigInt(own.length)),
  sequences: sets.map((own) =>
    own.reduce((total, { actions }) => total + BigInt(actions.length), 1n),
  ),
});

/** Whether a solution is one of the tree, not of its reduced normal form. */
const isByLabel = ({ game, outcomes }) =>
  game.kind === "extensive" || outcomes.some(({ strategies }) => strategies?.some(isObject));

const treeStatements = (report, tree, claim) => {
  gameStatements(report, tree, claim.game);
  if (!["nash", PERFECT].includes(claim.concept)) {
    settle(report, "", "of which concept they are", () => [
      `${claim.concept} is stated of a tree, of which only Nash and ${PERFECT} are`,
    ]);
    return;
  }
  const held = claim.outcomes.map((outcome, k) =>
    playedStatements(report, tree, claim, outcome, `solution ${k}`),
  );
  if (!held.every(Boolean)) return;
  settle(report, "", "in which arithmetic they are", () => weakest(claim));
  unknownKeys(report, "", claim.data, WHOLE);
  foreign(report, claim, OF_TABLES, "commitments to tables");
  foreign(report, claim, SETS, "Nash equilibria of a normal form");
  if (claim.outcomes.length > 1)
    settle(report, "", "that the solutions are different ones", () => {
      const keys = claim.outcomes.map((one) => keyOf(profileOfTree(tree, one).map(keyOfPair)));
      return keys.flatMap((key, k) =>
        keys.indexOf(key) < k ? [`solutions ${keys.indexOf(key)} and ${k} are the same`] : [],
      );
    });
  if (claim.complete)
    settle(report, "", "that these are all (complete)", () => othersOfTree(tree, claim));
};

/** Settles what one solution of a tree states alone; returns whether it is an equilibrium. */
const playedStatements = (report, tree, claim, outcome, place) => {
  const { evidence, entry } = outcome;
  const exact = statedRegrets(outcome).every((said) => said === 0 || isExactly(said, ZERO));
  const title = claim.concept === PERFECT ? PERFECT : "Nash";
  const about = exact ? "" : " up to the regrets that it states";
  const say = (says, test) => settle(report, place, says, test);
  const says = `that it is a ${title} equilibrium${about}, and its payoffs`;
  if (!say(says, () => playedFailures(tree, outcome))) return false;
  say("of which concept it is", () => belongs(claim, outcome));
  say("in which arithmetic it is", () => arithmeticFailures(outcome));
  unknownKeys(report, place, entry, [...READ.nash, "certificate"]);
  unknownKeys(report, place, evidence, ["regrets", "value"]);
  say("whether it is verified", () => verifiedFailures(outcome, exact));
  return true;
};

const statedRegrets = ({ evidence }) => (isList(evidence.regrets) ? evidence.regrets : []);

/** What of an equilibrium of a tree does not hold. */
const playedFailures = (tree, outcome) => {
  const { is, kind, entry, evidence, exact } = outcome;
  if (is !== "nash") return [`a ${is} solution is no outcome of a tree`];
  if ((entry.index ?? null) !== null)
    return ["an index is stated, which only equilibria of a normal form have"];
  const profile = profileOfTree(tree, outcome);
  const player = forgetful(tree);
  if (player !== undefined)
    return [`${player} has imperfect recall, so that behaviour strategies are not enough`];
  const values = valuesOf(tree, profile);
  const regrets = regretsOf(
    tree,
    profile,
    values,
    kind === PERFECT ? subgamesOf(tree) : wholeOf(tree),
  );
  const stated = statedRegrets(outcome);
  if ([stated, entry.payoffs].some((said) => said.length !== tree.players.length))
    return ["there is not one regret and one payoff a player"];
  const failed = tree.players.flatMap((player, k) => [
    ...numberFailures(`the regret of ${player}`, regrets[k], stated[k], exact),
    ...numberFailures(`the payoff of ${player}`, values[0][k], entry.payoffs[k], exact),
  ]);
  if ((evidence.value ?? null) === null) return failed;
  if (!isZeroSum(tree) || regrets.some(({ p }) => p))
    return [...failed, "a value is stated, which only equilibria of zero-sum games have"];
  return [...failed, ...numberFailures("the value", values[0][0], evidence.value, exact)];
};

const isZeroSum = ({ payoffs }) => {
  const [one, other] = payoffs;
  const cancels = (v, leaf) => v * other.denominator === -other.numerators[leaf] * one.denominator;
  return payoffs.length === 2 && one.numerators.every(cancels);
};

/** The strategies as vectors in the order of the information sets and of their actions. */
const profileOfTree = (tree, { strategies }) => {
  if (strategies.length !== tree.players.length)
    throw new InputError(`${strategies.length} strategies for ${tree.players.length} players`);
  return tree.sets.map((own, player) => {
    const whose = `the strategy of ${tree.players[player]}`;
    const labels = Object.keys(strategies[player]);
    if (keyOf(own.map(({ label }) => label).sort()) !== keyOf(labels.sort()))
      throw new InputError(`${whose} does not name the information sets of the player`);
    return own.map(({ label, actions }) => {
      const row = strategies[player][label];
      if (keyOf(Object.keys(row).sort()) !== keyOf([...actions].sort()))
        throw new InputError(`${whose} does not name the actions at ${shown(label)}`);
      const vector = actions.map((action) => row[action]);
      if (!isDistribution(vector))
        throw new InputError(`${whose} is no distribution at ${shown(label)}`);
      return vector;
    });
  });
};

/** The player's last own move before each node, [set, action]; undefined where there is none. */
const lastMoves = ({ parent, move, mover, place }, player) => {
  const last = [undefined];
  for (let node = 1; node < parent.length; node++) {
    const before = parent[node];
    last.push(mover[before] === player ? [place[before], move[node]] : last[before]);
  }
  return last;
};

/** A player who forgets what it did, and for whom best responses are not found set by set. */
const forgetful = (tree) =>
  tree.players.find((_, k) => {
    const last = lastMoves(tree, k);
    const known = new Map();
    return tree.mover.some((mover, node) => {
      if (mover !== k) return false;
      const own = keyOf(last[node] ?? null);
      if (!known.has(tree.place[node])) known.set(tree.place[node], own);
      return known.get(tree.place[node]) !== own;
    });
  });

/** The probabilities of the moves at a node. */
const drawnAt = (tree, profile, node) => {
  const [mover, place] = [tree.mover[node], tree.place[node]];
  return mover === CHANCE ? tree.chance[place].probabilities : profile[mover][place];
};

/** What each player gets from each node on. */
const valuesOf = (tree, profile) => {
  const below = tree.parent.map(() => []);
  const values = [];
  for (let node = tree.parent.length - 1; node >= 0; node--) {
    const at = tree.place[node];
    values[node] =
      tree.mover[node] === LEAF
        ? tree.payoffs.map(({ numerators, denominator }) => ratio(numerators[at], denominator))
        : tree.players.map((_, k) =>
            sum(below[node].map(({ p, to }) => unreduced(p, values[to][k]))),
          );
    const before = tree.parent[node];
    if (before < 0) continue;
    const p = drawnAt(tree, profile, before)[tree.move[node]];
    if (p.p) below[before].push({ p, to: node });
  }
  return values;
};

const wholeOf = ({ parent }) => ({ roots: [0], end: parent.map(() => parent.length) });

/**
 * Where subgames begin (Selten 1965), the last first: where no information set has nodes both below
 * and elsewhere. `end` is one more than the last node below each node.
 */
const subgamesOf = ({ parent, mover, place, sets }) => {
  const spans = sets.map((own) => own.map(() => []));
  mover.forEach((who, node) => who >= 0 && spans[who][place[node]].push(node));
  const low = mover.map((who, node) => (who >= 0 ? spans[who][place[node]][0] : node));
  const high = mover.map((who, node) => (who >= 0 ? spans[who][place[node]].at(-1) : node));
  const end = parent.map((_, node) => node + 1);
  const roots = [];
  for (let node = parent.length - 1; node >= 0; node--) {
    if (mover[node] !== LEAF && low[node] >= node && high[node] < end[node]) roots.push(node);
    const before = parent[node];
    if (before < 0) continue;
    low[before] = Math.min(low[before], low[node]);
    high[before] = Math.max(high[before], high[node]);
    end[before] = Math.max(end[before], end[node]);
  }
  return { roots, end };
};

/** The most that each player gains by a best response in one of the subgames. */
const regretsOf = (tree, profile, values, { roots, end }) =>
  tree.players.map((_, player) => {
    const last = lastMoves(tree, player);
    const best = new Map();
    for (const root of roots)
      best.set(root, bestResponse(tree, profile, player, root, end[root], { best, end, last }));
    return greatest([ZERO, ...roots.map((root) => sub(best.get(root), values[root][player]))]);
  });

/**
 * What a best response earns in a subgame, from what it earns in the smaller ones: sets are settled
 * from the last on, each action's worth being summed over the nodes of a set by the probabilities
 * with which chance and the others lead there. That is right with perfect recall.
 */
const bestResponse = (tree, profile, player, root, stop, { best, end, last }) => {
  const inside = new Set(); // the player's sets
  const worth = new Map(); // of an action at a set, or of no own move in the subgame: its terms
  const keyAt = (node) => (node > root && inside.has(last[node]?.[0]) ? keyOf(last[node]) : "");
  const collect = (key, term) => {
    if (!worth.has(key)) worth.set(key, []);
    worth.get(key).push(term);
  };
  const reach = new Map([[root, ONE]]);
  const before = new Map();
  for (let node = root; node < stop;) {
    if (node > root) {
      const up = tree.parent[node];
      const isOwn = tree.mover[up] === player;
      const p = isOwn ? ONE : drawnAt(tree, profile, up)[tree.move[node]];
      reach.set(node, unreduced(reach.get(up), p));
    }
    const [mover, place] = [tree.mover[node], tree.place[node]];
    const known = node > root ? best.get(node) : undefined;
    if (known || mover === LEAF) {
      const { numerators, denominator } = tree.payoffs[player];
      const paid = known ?? { p: numerators[place], q: denominator };
      if (reach.get(node).p) collect(keyAt(node), unreduced(reach.get(node), paid));
    } else if (mover === player && !inside.has(place)) {
      before.set(place, keyAt(node));
      inside.add(place);
    }
    node = known ? end[node] : node + 1;
  }
  const total = (key) => sum(worth.get(key) ?? []);
  for (const place of [...inside].sort((a, b) => b - a)) {
    const { actions } = tree.sets[player][place];
    collect(before.get(place), greatest(actions.map((_, a) => total(keyOf([place, a])))));
  }
  return total("");
};

/** What shows that a list lacks an equilibrium of a tree, which always has one (Selten 1965). */
const othersOfTree = (tree, claim) => {
  if (!claim.outcomes.length && forgetful(tree) === undefined)
    return ["no solution is listed, but there is one"];
  const moves = tree.mover.filter((mover) => mover >= 0).length;
  const isSeen = tree.sets.flat().length === moves;
  if (claim.concept === PERFECT && claim.outcomes.length === 1 && isSeen) {
    const values = valuesOf(tree, profileOfTree(tree, claim.outcomes[0]));
    const below = tree.parent.map(() => []);
    tree.parent.forEach((before, node) => {
      const mover = tree.mover[before];
      if (before >= 0 && mover >= 0) below[before].push(values[node][mover]);
    });
    if (below.every((own) => !own.length || maxima(own).length === 1)) return [];
  }
  throw new Unproven("nothing here proves that there are no others");
};

// --- eliminations

const ELIMINATION = [
  ...["schema", "game", "kind", "status", "complete", "steps", "surviving", "reduced"],
  ...["seconds", "notes"],
];
const STEP = ["round", "player", "action", "label", "dominator", "margin"];

/** The parts of an elimination, read. */
const readElimination = (data) => {
  need(isText, part(data, "status"), "the status");
  const { payoffs, ...reduced } = need(isObject, part(data, "reduced"), "the reduced game");
  return {
    data,
    reduced,
    payoffs: normalForm(undefined, undefined, payoffs).payoffs,
    game: need(isObject, part(data, "game"), "the game block"),
    kind: oneOf(["strict", "weak"], part(data, "kind"), "the kind of dominance"),
    steps: list(part(data, "steps"), "the steps").map(readStep),
    surviving: list(part(data, "surviving"), "the actions left").map(
      (own) => ifGiven(own, (actions) => integers(actions, "the actions left")) ?? [],
    ),
    complete: need(isTruth, part(data, "complete"), "the word complete"),
  };
};

const readStep = (entry) => {
  onlyKeys(need(isObject, entry, "a step"), STEP, "a step");
  for (const name of ["round", "player", "action"])
    need(isInteger, part(entry, name), `the ${name} of a step`);
  return {
    round: entry.round,
    player: Number(entry.player),
    action: Number(entry.action),
    label: need(isText, part(entry, "label"), "the label of a step"),
    dominator: numbers(part(entry, "dominator"), "a dominator"),
    margin: number(part(entry, "margin"), "a margin"),
  };
};

const eliminationStatements = (report, game, stated) => {
  if (game.kind !== "normal-form")
    throw new InputError("the game is none in normal form, as an elimination needs");
  const say = (says, test) => settle(report, "", says, test);
  const { kind, steps, surviving, complete, data } = stated;
  gameStatements(report, game, stated.game);
  const left = game.shape.map((size, player) =>
    range(size).filter((a) => !steps.some((step) => step.player === player && step.action === a)),
  );
  const held =
    say(`that every removed action is ${kind}ly dominated as stated`, () =>
      stepFailures(game, stated),
    ) &&
    say("the actions left", () =>
      keyOf(left.map((own) => own.map(BigInt))) === keyOf(surviving)
        ? []
        : ["the actions said to be left are not those that the steps leave"],
    );
  if (held) {
    say("the reduced game", () => reducedFailures(game, left, stated));
    if (complete)
      say("that these are all (complete)", () => moreDominated(game, left, kind === "strict"));
  }
  unknownKeys(report, "", data, ELIMINATION);
};

/** Every step in its round, against what stood when the round began. */
const stepFailures = (game, { kind, steps }) => {
  const standing = game.shape.map(range);
  const failed = [];
  let [before, count, round] = [[], 0, undefined];
  for (const step of steps) {
    if (step.round !== round) {
      round = step.round;
      count += 1;
      before = standing.map((own) => [...own]);
      if (round !== BigInt(count)) failed.push(`round ${count} is called round ${round}`);
    }
    failed.push(...dominationFailures(game, kind, before, step));
    const { player, action, label } = step;
    if (!before[player]?.includes(action)) return failed;
    const own = standing[player];
    if (!own.includes(action)) return [...failed, `round ${count} removes action '${label}' twice`];
    own.splice(own.indexOf(action), 1);
    if (!own.length) return [...failed, `round ${count} leaves player ${player} no action`];
  }
  return failed;
};

/** What of one removed action does not hold. */
const dominationFailures = (game, kind, standing, step) => {
  const { round, player, action, label, dominator, margin } = step;
  const name = `round ${round}, player ${player}, action '${label}'`;
  const own = standing[player];
  if (!own?.includes(action)) return [`${name}: there is no such action any more`];
  const called = game.actions[player][action];
  if (called !== label) return [`${name}: it is called '${called}'`];
  if (dominator.length !== game.shape[player] || !isDistribution(dominator))
    return [`${name}: the dominator is no mixed strategy`];
  if (!support(dominator).every((a) => own.includes(a)))
    return [`${name}: the dominator plays an action that was removed earlier`];
  const { denominator } = game.payoffs[player];
  const rows = rowsOf(game, standing, player).map((row) => row.map((v) => ratio(v, denominator)));
  const mixed = expected(
    rows,
    own.map((a) => dominator[a]),
  );
  const gains = mixed.map((v, j) => sub(v, rows[own.indexOf(action)][j]));
  const [worst, total] = [least(gains), sum(gains)];
  const strict = kind === "strict";
  if (strict ? worst.p <= 0n : worst.p < 0n || total.p <= 0n)
    return [`${name}: the dominator does not dominate it`];
  const truth = strict ? worst : div(total, ratio(BigInt(gains.length)));
  return equal(truth, margin) ? [] : [`${name}: the margin is ${text(truth)}, not ${text(margin)}`];
};

/** What of the reduced game, as it is stated, is not what the steps leave. */
const reducedFailures = (game, left, { reduced, payoffs }) => {
  const kept = profiles(left).map((profile) => offset(game, profile));
  const truth = {
    ...game,
    actions: left.map((own, k) => own.map((a) => game.actions[k][a])),
    shape: left.map((own) => own.length),
    payoffs: game.payoffs.map(({ numerators, denominator }) => ({
      numerators: kept.map((place) => numerators[place]),
      denominator,
    })),
  };
  const block = { false: [], proven: [], on_trust: [] };
  gameStatements(block, truth, reduced);
  const failed = [...block.false, ...block.on_trust].map((said) => said.replace("game", "reduced"));
  const fractions = (arrays) =>
    arrays.map(({ numerators, denominator }) =>
      numerators.map((v) => written(ratio(v, denominator))),
    );
  if (keyOf(fractions(payoffs)) !== keyOf(fractions(truth.payoffs)))
    failed.push("the reduced game has other payoffs than the game");
  return failed;
};

const moreDominated = (game, left, strictly) =>
  left.flatMap((actions, player) => {
    const rows = rowsOf(game, left, player);
    return actions
      .filter((_, k) => isDominated(rows, k, strictly))
      .map((a) => `player ${player}, action '${game.actions[player][a]}': it is dominated, too`);
  });

// --- the command line, in Node only

const MOST_ROWS = 30; // of one part
const PLACES = ["solution", "subset", "component", "game", "reduced"];

/**
 * A report as a table: what is false first, then what is on trust, then what is proven.
 * @param {object} report as `verify` returns it
 * @returns {string}
 */
export function render(report) {
  const rows = [["", "where", "statement"]];
  const words = { false: "FALSE", on_trust: "on trust", proven: "proven" };
  for (const [part, word] of Object.entries(words)) {
    report[part]
      .slice(0, MOST_ROWS)
      .forEach((sentence) => rows.push([word, ...placeAndRest(sentence)]));
    const more = report[part].length - MOST_ROWS;
    if (more > 0) rows.push([word, "", `and ${more} more`]);
  }
  const widths = [0, 1].map((k) => Math.max(...rows.map((row) => row[k].length)));
  const line = ([word, place, rest]) =>
    ` ${word.padEnd(widths[0])}   ${place.padEnd(widths[1])}   ${rest}`.trimEnd();
  const rule = ` ${"─".repeat(Math.max(...rows.map((row) => line(row).length)))}`;
  const [head, ...body] = rows.map(line);
  return `${body.length ? ["", head, rule, ...body, "", ""].join("\n") : ""}${summary(report)}`;
}

const placeAndRest = (sentence) => {
  const [place, ...rest] = sentence.split(": ");
  const isPlace = rest.length && PLACES.includes(place.split(" ")[0]) && place.length < 20;
  return isPlace ? [place, rest.join(": ")] : ["", sentence];
};

const summary = (report) => {
  const are = ({ length }) => (length === 1 ? "1 statement is" : `${length} statements are`);
  if (report.false.length) return `${are(report.false)} false.`;
  const rest = `${are(report.proven)} proven from the game alone`;
  return report.on_trust.length
    ? `Nothing is false: ${rest}, and ${are(report.on_trust)} taken on trust.`
    : `Nothing is false and nothing is taken on trust: ${rest}.`;
};

const USAGE = "node verify.mjs SOLUTION.json GAME.json [--trust] [--format table|json]";

/** The two files and the options of a command line. */
const optionsOf = (words) => {
  const options = { files: [], trust: false, format: "table" };
  for (let k = 0; k < words.length; k++) {
    const [name, value] = words[k].split(/=(.*)/s);
    if (name === "--trust" && value === undefined) options.trust = true;
    else if (name === "--format") options.format = value ?? words[++k];
    else if (name === "-" || !name.startsWith("-")) options.files.push(words[k]);
    else throw new InputError(`there is no option ${name}; write ${USAGE}`);
  }
  if (!["table", "json"].includes(options.format))
    throw new InputError(`--format is ${shown(options.format)}; it must be table or json`);
  if (options.files.length !== 2 || options.files.every((file) => file === "-"))
    throw new InputError(`two files are needed; write ${USAGE}`);
  return options;
};

/** Runs the command line; returns the exit code: 0, 1 (false, or on trust) or 2 (bad input). */
const main = async (words) => {
  const { readFileSync } = await import("node:fs");
  const read = (file) => {
    try {
      const bytes = readFileSync(file === "-" ? 0 : file);
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch (error) {
      throw new InputError(
        `cannot read ${file}: ${error.code === "ENOENT" ? "no such file" : error.message}`,
      );
    }
  };
  try {
    const { files, trust, format } = optionsOf(words);
    const report = verify(...files.map(read));
    console.log(format === "json" ? JSON.stringify(report, null, 2) : render(report));
    return report.false.length || (report.on_trust.length && !trust) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    console.error(`verify.mjs: ${error.message.replaceAll(/\s+/g, " ")}`);
    return 2;
  }
};

const isCommand = async () => {
  const script = globalThis.process?.versions?.node && globalThis.process.argv[1];
  if (!script) return false;
  const { realpathSync } = await import("node:fs");
  const { pathToFileURL } = await import("node:url");
  return pathToFileURL(realpathSync(script)).href === import.meta.url;
};

if (await isCommand()) process.exitCode = await main(process.argv.slice(2));
