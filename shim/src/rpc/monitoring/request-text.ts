import type {
  Compare,
  DeleteRangeRequest,
  PutRequest,
  RangeRequest,
  RequestOp,
  TxnRequest,
} from '../../etcdserverpb/types.ts';

/**
 * A transaction as one line for the log, with the sizes of values in their place
 * (etcd: `api/etcdserverpb/raft_internal_stringer.go`):
 *
 *     compare:<target:MOD key:"/registry/pods/default/a" mod_revision:0 >
 *     success:<request_put:<key:"/registry/pods/default/a" value_size:812 >> failure:<>
 */
export function txnText(request: TxnRequest): string {
  const { compare = [], success = [], failure = [] } = request;
  const operations = (list: readonly RequestOp[]): string => list.map(operationText).join(' ');
  return `compare:<${compare.map(compareText).join(' ')}> success:<${operations(success)}> failure:<${operations(failure)}>`;
}

/** As `txnText`. */
export function rangeText(request: RangeRequest): string {
  return fieldsText({
    key: request.key,
    range_end: request.rangeEnd,
    limit: request.limit,
    revision: request.revision,
    sort_order: nonDefault(request.sortOrder, 'NONE'),
    sort_target: nonDefault(request.sortTarget, 'KEY'),
    serializable: request.serializable,
    keys_only: request.keysOnly,
    count_only: request.countOnly,
    min_mod_revision: request.minModRevision,
    max_mod_revision: request.maxModRevision,
    min_create_revision: request.minCreateRevision,
    max_create_revision: request.maxCreateRevision,
  });
}

/** As `txnText`. */
export function putText(request: PutRequest): string {
  return fieldsText({
    key: request.key,
    value_size: request.value?.length,
    lease: request.lease,
    prev_kv: request.prevKv,
    ignore_value: request.ignoreValue,
    ignore_lease: request.ignoreLease,
  });
}

/** As `txnText`. */
export function deleteRangeText(request: DeleteRangeRequest): string {
  return fieldsText({ key: request.key, range_end: request.rangeEnd, prev_kv: request.prevKv });
}

function operationText(operation: RequestOp): string {
  if ('requestPut' in operation) return `request_put:<${putText(operation.requestPut)}>`;
  if ('requestRange' in operation) return `request_range:<${rangeText(operation.requestRange)}>`;
  if ('requestDeleteRange' in operation) {
    return `request_delete_range:<${deleteRangeText(operation.requestDeleteRange)}>`;
  }
  if ('requestTxn' in operation) return `request_txn:<${txnText(operation.requestTxn)}>`;
  return '';
}

function compareText(compare: Compare): string {
  const target = compare.target ?? 'VERSION';
  const result = nonDefault(compare.result, 'EQUAL');
  const head = fieldsText({ result, target: nonDefault(target, 'VERSION'), key: compare.key });
  return `${head}${operandText(compare)}${fieldsText({ range_end: compare.rangeEnd })}`;
}

/** What is compared with, zero too: it is what says "does not exist". */
function operandText({ target = 'VERSION', ...compare }: Compare): string {
  switch (target) {
    case 'CREATE':
      return `create_revision:${compare.createRevision ?? 0} `;
    case 'MOD':
      return `mod_revision:${compare.modRevision ?? 0} `;
    case 'VALUE':
      return `value_size:${compare.value?.length ?? 0} `;
    case 'LEASE':
      return `lease:${compare.lease ?? 0n} `;
    default:
      return `version:${compare.version ?? 0} `;
  }
}

type FieldValue = Uint8Array | number | bigint | boolean | string | undefined;

/** `name:value ` of each field that is not zero. */
function fieldsText(fields: Readonly<Record<string, FieldValue>>): string {
  let text = '';
  for (const [name, value] of Object.entries(fields)) {
    if (!value) continue;
    if (typeof value !== 'object') text += `${name}:${value} `;
    else if (value.length > 0) text += `${name}:${bytesText(value)} `;
  }
  return text;
}

/** Bytes between quotes: printable ASCII as it is, everything else escaped. */
function bytesText(bytes: Uint8Array): string {
  let text = '"';
  for (const byte of bytes) {
    if (byte === 0x22 || byte === 0x5c) text += `\\${String.fromCharCode(byte)}`;
    else if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += `\\${byte.toString(8).padStart(3, '0')}`;
  }
  return `${text}"`;
}

function nonDefault(name: string | undefined, zero: string): string | undefined {
  return name === zero ? undefined : name;
}
