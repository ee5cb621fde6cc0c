import type { Socket } from 'node:net';

/** The connections of some listeners: those that come before there is a server for them wait. */
export class Connections {
  readonly #waiting = new Set<Socket>();
  #serve: ((connection: Socket) => void) | undefined;

  /** For `listen()`. */
  readonly accept = (connection: Socket): void => {
    connection.setNoDelay(true);
    connection.once('close', () => this.#waiting.delete(connection));
    connection.on('error', () => connection.destroy());
    if (this.#serve === undefined) this.#waiting.add(connection);
    else this.#serve(connection);
  };

  /** From now on connections go here, those that wait first. */
  serve(serve: (connection: Socket) => void): void {
    this.#serve = serve;
    for (const connection of this.#waiting) serve(connection);
    this.#waiting.clear();
  }
}
