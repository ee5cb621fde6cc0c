import type { Answer, AskedRequest, AskedServer, Protocol } from './asked-server.ts';
import { differencesOf } from './differences.ts';
import type { KnownDifference } from './known-difference.ts';
import { knownDifferences } from './known-differences.ts';
import type { Fields } from './mutation/mutate.ts';
import { shrink } from './mutation/shrink.ts';
import { normalise } from './normalise.ts';
import { sameInRandomOrder } from './random-order.ts';

/** What a request was made of, to make a smaller one. Such requests change nothing. */
export interface Shrinkable {
  object: Fields;
  requestOf(object: Fields): AskedRequest;
}

/** Sends one named request and records its answer. The name is unique in its family. */
export interface Ask {
  (name: string, request: AskedRequest, shrinkable?: Shrinkable): Promise<Answer>;
  /** Not recorded: for requests whose number depends on time. */
  silently(request: AskedRequest): Promise<Answer>;
  /** Compares something that was made of answers, as if it were one. */
  show(name: string, value: object): void;
}

/**
 * Requests with one topic, sent to each server in the same order. Later ones may depend on earlier answers.
 */
export interface Family {
  name: string;
  /** Default HTTP/1.1. */
  protocol?: Protocol;
  run(ask: Ask): Promise<void>;
  /** Finds a smaller family that differs, where requests depend on those before them. */
  shrink?(differences: Difference[], compareAgain: CompareAgain): Promise<Difference[]>;
}

/** Sends another family to both servers. */
export type CompareAgain = (family: Family) => Promise<Difference[]>;

/** One request that the servers answered differently. */
export interface Difference {
  /** `family: request` */
  where: string;
  /** Method and path, of a request that was shrunk its body, too. */
  request: string;
  /** Lines of `differencesOf` for which no reason is written down. */
  lines: string[];
}

/** What a comparison found. */
export interface Comparison {
  requests: number;
  equal: number;
  differences: Difference[];
  /** How many answers each entry of the list of known differences explained, in part or as a whole. */
  used: Map<KnownDifference, number>;
}

interface Asked {
  name: string;
  request: AskedRequest;
  answer: Answer;
  shrinkable: Shrinkable | undefined;
}

interface Servers {
  ours: AskedServer;
  stock: AskedServer;
}

/** A server that cuts the connection, as kube-apiserver does when a handler panics. */
function noAnswer(error: unknown): Answer {
  return { code: 0, headers: {}, body: Buffer.from(`no answer: ${String(error)}`) };
}

async function askServer(server: AskedServer, { protocol }: Family, request: AskedRequest): Promise<Answer> {
  return server.ask(request, protocol ?? 'HTTP/1.1').catch(noAnswer);
}

async function record(server: AskedServer, family: Family): Promise<Asked[]> {
  const asked: Asked[] = [];
  const silently = (request: AskedRequest) => askServer(server, family, request);
  const ask = async (name: string, request: AskedRequest, shrinkable?: Shrinkable): Promise<Answer> => {
    const answer = await silently(request);
    asked.push({ name, request, answer, shrinkable });
    return answer;
  };
  const show = (name: string, value: object): void => {
    const body = Buffer.from(JSON.stringify(value));
    const headers = { 'content-type': 'application/json' };
    const answer = { code: 200, headers, body };
    asked.push({ name, request: { path: name }, answer, shrinkable: undefined });
  };
  await family.run(Object.assign(ask, { silently, show }));
  return asked;
}

/** Shrinking sends many requests: the first differences of a family are enough to begin with. */
const mostShrunk = 40;

/** Sends the requests of all families to both servers, at the same time, and compares the answers. */
export async function compare(servers: Servers, families: readonly Family[]): Promise<Comparison> {
  const comparison: Comparison = { requests: 0, equal: 0, differences: [], used: new Map() };
  for (const family of families) {
    const before = comparison.differences.length;
    await compareFamily(servers, family, comparison);
    const found = comparison.differences.slice(before);
    if (family.shrink === undefined || found.length === 0) continue;
    const compareAgain: CompareAgain = async (smaller) => (await compare(servers, [smaller])).differences;
    comparison.differences.splice(before, found.length, ...(await family.shrink(found, compareAgain)));
  }
  return comparison;
}

async function compareFamily(servers: Servers, family: Family, comparison: Comparison): Promise<void> {
  const [ours, stock] = await Promise.all([record(servers.ours, family), record(servers.stock, family)]);
  const theirs = new Map(stock.map((asked) => [asked.name, asked]));
  let shrunk = 0;
  const names = new Set(ours.map(({ name }) => name));
  for (const asked of [...ours, ...stock.filter(({ name }) => !names.has(name))]) {
    const where = `${family.name}: ${asked.name}`;
    const other = theirs.get(asked.name);
    comparison.requests++;
    let lines: string[];
    if (!names.has(asked.name)) lines = ['asked of kube-apiserver only'];
    else if (other === undefined) lines = ['asked of pg8s only'];
    else lines = await compareAnswers(servers, family, asked, other);
    const reasons = lines.map((line) => reasonOf(where, line));
    for (const known of new Set(reasons)) {
      if (known !== undefined) comparison.used.set(known, (comparison.used.get(known) ?? 0) + 1);
    }
    if (reasons.every((known) => known?.everywhere === true)) comparison.equal++;
    const unknown = lines.filter((_line, index) => reasons[index] === undefined);
    if (unknown.length === 0) continue;
    const difference = { where, request: requestText(asked.request), lines: unknown };
    comparison.differences.push(
      asked.shrinkable === undefined || other?.shrinkable === undefined || shrunk++ >= mostShrunk
        ? difference
        : await shrinkDifference(servers, family, {
            name: asked.name,
            difference,
            ours: asked.shrinkable,
            stock: other.shrinkable,
          }),
    );
  }
}

function requestText({ method, path, body }: AskedRequest): string {
  return `${method ?? (body === undefined ? 'GET' : 'POST')} ${path}`;
}

/** Requests that change nothing, which can be sent again. */
const repeatable = /[?&]dryRun=All\b/;

async function compareAnswers(
  servers: Servers,
  family: Family,
  { name, request, answer }: Pick<Asked, 'name' | 'request' | 'answer'>,
  other: Pick<Asked, 'request' | 'answer'>,
): Promise<string[]> {
  const ours = normalise(answer, servers.ours.port);
  const lines = differencesOf(ours, normalise(other.answer, servers.stock.port));
  const explained = lines.every((line) => reasonOf(`${family.name}: ${name}`, line) !== undefined);
  if (explained || !repeatable.test(request.path)) return lines;
  const again = async () =>
    normalise(await askServer(servers.stock, family, other.request), servers.stock.port);
  return (await sameInRandomOrder(ours, again)) ? [] : lines;
}

/** What the servers themselves gave an object: identities and addresses. */
const given = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b10\.96\.\d+\.\d+\b/g;

/** Writes what one server gave in place of what the other did; both wrote the same object. */
function translation(from: Fields, to: Fields): (object: Fields) => Fields {
  const [before, after] = [from, to].map((object) => JSON.stringify(object).match(given) ?? []);
  const known = new Map(before!.map((value, index) => [value, after![index] ?? value]));
  return (object) =>
    JSON.parse(JSON.stringify(object).replaceAll(given, (value) => known.get(value) ?? value)) as Fields;
}

interface Shrunk {
  name: string;
  difference: Difference;
  ours: Shrinkable;
  stock: Shrinkable;
}

/** The difference of the smallest request that is found. */
async function shrinkDifference(
  servers: Servers,
  family: Family,
  { name, difference, ours, stock }: Shrunk,
): Promise<Difference> {
  const where = `${family.name}: ${name}`;
  const theirs = translation(ours.object, stock.object);
  const linesOf = async (object: Fields): Promise<string[]> => {
    const [request, other] = [ours.requestOf(object), stock.requestOf(theirs(object))];
    const [answer, otherAnswer] = await Promise.all([
      askServer(servers.ours, family, request),
      askServer(servers.stock, family, other),
    ]);
    const lines = await compareAnswers(
      servers,
      family,
      { name, request, answer },
      { request: other, answer: otherAnswer },
    );
    return lines.filter((line) => reasonOf(where, line) === undefined);
  };
  const smallest = await shrink(ours.object, async (smaller) => (await linesOf(smaller)).length > 0);
  const lines = await linesOf(smallest);
  if (lines.length === 0) return difference;
  const request = ours.requestOf(smallest);
  const text = typeof request.body === 'string' ? request.body : JSON.stringify(smallest);
  const body = text.includes('\n') ? JSON.stringify(text) : text;
  return { ...difference, request: `${requestText(request)} ${body}`, lines };
}

function reasonOf(where: string, line: string): KnownDifference | undefined {
  return knownDifferences.find((each) => each.where.test(where) && each.line.test(line));
}
