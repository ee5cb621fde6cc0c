import { messageCodec } from './built-in/message-codec.ts';
import type { ObjectCodec } from './object-codec.ts';

/**
 * The codec of what every API server speaks, whatever it serves: Status, options, discovery documents
 * (`meta/v1`).
 */
export const metaCodec: ObjectCodec = messageCodec;
