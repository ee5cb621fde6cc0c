import { once } from 'node:events';

/** What a process keeps in memory. */
export interface KeptMemory {
  /** Objects, after a collection of all garbage. */
  readonly heapBytes: number;
  /** Outside of the heap, but kept by its objects: buffers. */
  readonly externalBytes: number;
}

/** Looks into a Node process that was started with `--inspect=127.0.0.1:PORT`. */
export class HeapProbe {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (result: unknown) => void>();
  #id = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const { id, result } = JSON.parse(String(data)) as { id?: number; result?: unknown };
      if (id === undefined) return;
      this.#waiting.get(id)?.(result);
      this.#waiting.delete(id);
    });
  }

  static async connect(port: number): Promise<HeapProbe> {
    const list = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
      webSocketDebuggerUrl: string;
    }[];
    const socket = new WebSocket(list[0]?.webSocketDebuggerUrl ?? '');
    await once(socket, 'open');
    return new HeapProbe(socket);
  }

  /** Collects garbage first: what is left is kept by somebody. */
  async read(): Promise<KeptMemory> {
    await this.#call('HeapProfiler.collectGarbage');
    const { result } = (await this.#call('Runtime.evaluate', {
      expression:
        '(({ heapUsed, external }) => ({ heapBytes: heapUsed, externalBytes: external }))(process.memoryUsage())',
      returnByValue: true,
    })) as { result: { value: KeptMemory } };
    return result.value;
  }

  close(): void {
    this.#socket.close();
  }

  #call(method: string, params: object = {}): Promise<unknown> {
    const id = ++this.#id;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }
}
