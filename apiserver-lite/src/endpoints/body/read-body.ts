import { bodyOf, isCutOff } from '../../http/body-of.ts';
import type { RequestContext } from '../../http/request-context.ts';
import { badRequest, requestEntityTooLarge } from '../../api-errors/status-error.ts';

/** As much as kube-apiserver takes; etcd's own limit is half of it. */
const maxBodyBytes = 3 * 1024 * 1024;

/** The request's whole body. Throws 413, and 400 where the client gave up. */
export function readBody(context: RequestContext, limit = maxBodyBytes): Promise<Uint8Array> {
  const { request } = context;
  const declared = Number(request.headers['content-length']);
  if (declared > limit) return Promise.reject(tooLarge(limit));
  const stream = bodyOf(request);
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      stream.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
      settle();
    };
    const onData = (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size <= limit) chunks.push(chunk);
      else {
        finish(() => {
          reject(tooLarge(limit));
        });
        // Whatever else comes, even an error, is thrown away, so that the client can read the answer.
        stream.on('error', () => {}).resume();
      }
    };
    const onEnd = () => {
      if (isCutOff(request)) return onClose();
      finish(() => {
        context.counter?.bodyRead(size);
        resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size));
      });
    };
    const onError = (error: Error) => {
      finish(() => {
        reject(badRequest(error.message));
      });
    };
    const onClose = () => {
      finish(() => {
        reject(badRequest('unexpected EOF'));
      });
    };
    stream.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
    if (stream.readableEnded) onEnd();
    else if (stream.destroyed) onClose();
  });
}

function tooLarge(limit: number): Error {
  return requestEntityTooLarge(`Request entity too large: limit is ${limit}`);
}
