import type pg from 'pg';

/** What of the driver's connection a call needs. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void };
  /** By name: statements that the server has, and those that are on their way to it. */
  readonly parsedStatements: Record<string, string>;
  readonly submittedNamedStatements: Record<string, string>;
  parse(statement: { name: string; text: string }): void;
  bind(call: {
    statement: string;
    values: readonly unknown[];
    valueMapper: (value: unknown) => unknown;
  }): void;
  execute(options: object): void;
  sync(): void;
}

/** A parameter: buffers are sent as they are, everything else as text. */
export type Parameter = Buffer | string | number | bigint | boolean | null;

type Row = (string | null)[];

/**
 * One call of a prepared statement, submitted to the driver as a query of our own making. Theirs asks the
 * server to describe the columns each time, which we know, and makes objects for what is in them.
 */
export class PreparedCall {
  readonly name: string;
  readonly text: string;
  readonly #values: readonly Parameter[];
  readonly #rows: Row[] = [];
  readonly #settle: { resolve: (rows: Row[]) => void; reject: (error: unknown) => void };

  private constructor(
    statement: { name: string; text: string },
    values: readonly Parameter[],
    settle: { resolve: (rows: Row[]) => void; reject: (error: unknown) => void },
  ) {
    this.name = statement.name;
    this.text = statement.text;
    this.#values = values;
    this.#settle = settle;
  }

  /** The rows, as text. Rejects with the driver's errors. */
  static on(
    client: pg.Client,
    statement: { name: string; text: string },
    values: readonly Parameter[],
  ): Promise<Row[]> {
    return new Promise((resolve, reject) => {
      client.query(new PreparedCall(statement, values, { resolve, reject }) as unknown as pg.Submittable);
    });
  }

  /** Called by the driver, like the methods below. */
  submit(wire: Wire): null {
    const { name, text } = this;
    wire.stream.cork();
    try {
      if (wire.parsedStatements[name] === undefined && wire.submittedNamedStatements[name] === undefined) {
        wire.parse({ name, text });
        wire.submittedNamedStatements[name] = text;
      }
      wire.bind({ statement: name, values: this.#values, valueMapper: toWire });
      wire.execute({});
      wire.sync();
    } finally {
      wire.stream.uncork();
    }
    return null;
  }

  handleDataRow({ fields }: { fields: Row }): void {
    this.#rows.push(fields);
  }

  handleReadyForQuery(): void {
    this.#settle.resolve(this.#rows);
  }

  handleError(error: unknown): void {
    this.#settle.reject(error);
  }

  handleCommandComplete(): void {}

  handleEmptyQuery(): void {}
}

function toWire(value: unknown): unknown {
  return typeof value === 'object' ? value : String(value);
}

/** Whether all values are of the kinds that a `PreparedCall` takes. */
export function areParameters(values: readonly unknown[]): values is readonly Parameter[] {
  for (const value of values) {
    if (value === undefined || (typeof value === 'object' && value !== null && !Buffer.isBuffer(value)))
      return false;
  }
  return true;
}
