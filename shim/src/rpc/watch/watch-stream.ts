import type { EtcdError } from '../../etcdserverpb/etcd-error.ts';
import type { WatchRequest, WatchResponse } from '../../etcdserverpb/types.ts';

/** Where one watch stream's responses go. */
export interface WatchOutput {
  /**
   * Takes a response, in order. False: no more than control messages, please, until `drained()` is called on
   * the stream; the watchers are held back meanwhile.
   */
  send(response: WatchResponse): boolean;
  /** The server goes away, or the store does: nothing more comes. */
  failed(error: EtcdError): void;
}

/** The server's end of one watch stream. */
export interface WatchInput {
  /** `refusal`: why a watch may not be created. */
  receive(request: WatchRequest, refusal?: string): void;
  /** The output takes events again. */
  drained(): void;
  /** Cancels all watches; nothing is sent afterwards. */
  close(): void;
}
