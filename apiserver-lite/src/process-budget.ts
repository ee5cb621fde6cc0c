import { UnsentTotal } from './http/unsent-responses.ts';

/**
 * What all API servers of a process share. Everything else is counted for each server: its watch caches, its
 * requests in flight, its priority levels, its connections to etcd.
 *
 * - responses that clients do not read: 256 MiB for all servers together, 8 MiB a connection
 *   (`http/unsent-responses.ts`)
 * - metrics of the process: observed once, part of every server's `/metrics` (`metrics/process-metrics.ts`)
 * - reading of large YAML bodies: one thread (`endpoints/encoding/yaml/`)
 * - types of built-in kinds: made once, when first used (`registry/resource-types/built-in/`)
 * - published schemas, descriptions: read once, when first asked for (`openapi/`)
 *
 * Timers are few and of each server: one compaction (5 minutes), one renewal of its endpoints' lease (10 s),
 * one progress check of its watch stream; those of requests and connections end with them.
 */
export const processBudget = { unsent: new UnsentTotal() };
