import type { Answer, AskedRequest, AskedServer, Protocol } from './asked-server.ts';
import { differencesOf } from './differences.ts';
import { type KnownDifference, knownDifferences } from './known-differences.ts';
import { normalise } from './normalise.ts';

/** Sends one named request and records its answer. The name is unique in its family. */
export type Ask = (name: string, request: AskedRequest) => Promise<Answer>;

/**
 * Requests with one topic, sent to each server in the same order. Later ones may depend on earlier answers.
 */
export interface Family {
  name: string;
  /** Default HTTP/1.1. */
  protocol?: Protocol;
  run(ask: Ask): Promise<void>;
}

/** One request that the servers answered differently. */
export interface Difference {
  /** `family: request` */
  where: string;
  request: string;
  /** Lines of `differencesOf` for which no reason is written down. */
  lines: string[];
}

/** What a comparison found. */
export interface Comparison {
  requests: number;
  equal: number;
  differences: Difference[];
  /** Entries of the list of known differences that explained something. */
  used: Set<KnownDifference>;
}

interface Asked {
  name: string;
  request: string;
  answer: Answer;
}

/** A server that cuts the connection, as kube-apiserver does when a handler panics. */
function noAnswer(error: unknown): Answer {
  return { code: 0, headers: {}, body: Buffer.from(`no answer: ${String(error)}`) };
}

async function record(server: AskedServer, family: Family): Promise<Asked[]> {
  const asked: Asked[] = [];
  await family.run(async (name, request) => {
    const answer = await server.ask(request, family.protocol ?? 'HTTP/1.1').catch(noAnswer);
    const { method = request.body === undefined ? 'GET' : 'POST', path } = request;
    asked.push({ name, request: `${method} ${path}`, answer });
    return answer;
  });
  return asked;
}

/** Sends the requests of all families to both servers, at the same time, and compares the answers. */
export async function compare(
  servers: { ours: AskedServer; stock: AskedServer },
  families: readonly Family[],
): Promise<Comparison> {
  const comparison: Comparison = { requests: 0, equal: 0, differences: [], used: new Set() };
  for (const family of families) {
    const [ours, stock] = await Promise.all([record(servers.ours, family), record(servers.stock, family)]);
    const theirs = new Map(stock.map((asked) => [asked.name, asked]));
    for (const { name, request, answer } of ours) {
      const where = `${family.name}: ${name}`;
      const other = theirs.get(name);
      comparison.requests++;
      const lines =
        other === undefined
          ? ['asked of pg8s only']
          : differencesOf(normalise(answer, servers.ours.port), normalise(other.answer, servers.stock.port));
      const reasons = lines.map((line) => reasonFor(comparison, where, line));
      if (reasons.every((known) => known?.everywhere === true)) comparison.equal++;
      const unknown = lines.filter((_line, index) => reasons[index] === undefined);
      if (unknown.length > 0) comparison.differences.push({ where, request, lines: unknown });
    }
  }
  return comparison;
}

function reasonFor({ used }: Comparison, where: string, line: string): KnownDifference | undefined {
  const known = knownDifferences.find((each) => each.where.test(where) && each.line.test(line));
  if (known !== undefined) used.add(known);
  return known;
}
