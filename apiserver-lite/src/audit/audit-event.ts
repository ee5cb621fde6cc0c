import { goJson } from '@pg8s/k8s-proto/go-json';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import type { Status } from '../api-errors/status-error.ts';
import type { UserInfo } from '../http/request-context.ts';
import type { AuditLevel, AuditStage } from './audit-policy.ts';

/** What a request was about. */
export interface ObjectReference {
  resource?: string;
  namespace?: string;
  name?: string;
  uid?: string;
  apiGroup?: string;
  apiVersion?: string;
  resourceVersion?: string;
  subresource?: string;
}

/** The fields of a Status that are recorded; `code` alone where the answer was no Status. */
export type RecordedStatus = Partial<Pick<Status, 'status' | 'message' | 'reason' | 'details' | 'code'>>;

/** One record of a request at one stage (`audit.k8s.io/v1` Event); never changed once it is handed on. */
export interface AuditEvent {
  readonly level: AuditLevel;
  readonly auditID: string;
  readonly stage: AuditStage;
  readonly requestURI: string;
  readonly verb: string;
  readonly user: UserInfo;
  readonly impersonatedUser?: UserInfo;
  /** How the impersonation was allowed, where that was a constrained one. */
  readonly impersonationConstraint?: string;
  readonly sourceIPs: readonly string[];
  readonly userAgent: string;
  readonly objectRef?: ObjectReference;
  readonly responseStatus?: RecordedStatus;
  /** JSON. */
  readonly requestObject?: string;
  /** JSON. */
  readonly responseObject?: string;
  /** As `meta/v1` MicroTime. */
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
  readonly annotations?: ReadonlyMap<string, string>;
}

/** The JSON of an event, in the order of Go's fields. */
export function auditEventJson(event: AuditEvent): string {
  const { requestObject, responseObject, responseStatus } = event;
  const head = goJson({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: event.level,
    auditID: event.auditID,
    stage: event.stage,
    requestURI: event.requestURI,
    verb: event.verb,
    user: userJson(event.user),
    ...(event.impersonatedUser === undefined ? {} : { impersonatedUser: userJson(event.impersonatedUser) }),
    ...(event.impersonationConstraint === undefined
      ? {}
      : { authenticationMetadata: { impersonationConstraint: event.impersonationConstraint } }),
    ...(event.sourceIPs.length === 0 ? {} : { sourceIPs: event.sourceIPs }),
    ...(event.userAgent === '' ? {} : { userAgent: event.userAgent }),
    ...(event.objectRef === undefined ? {} : { objectRef: inOrder(event.objectRef) }),
    ...(responseStatus === undefined ? {} : { responseStatus: statusJson(responseStatus) }),
  });
  const annotations = [...(event.annotations ?? [])].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const tail = goJson({
    requestReceivedTimestamp: event.requestReceivedTimestamp,
    stageTimestamp: event.stageTimestamp,
    ...(annotations.length === 0 ? {} : { annotations: Object.fromEntries(annotations) }),
  });
  const request = requestObject === undefined ? '' : `,"requestObject":${requestObject}`;
  const response = responseObject === undefined ? '' : `,"responseObject":${responseObject}`;
  return `${head.slice(0, -1)}${request}${response},${tail.slice(1)}`;
}

function userJson({ name, uid, groups, extra }: UserInfo): Record<string, unknown> {
  return {
    ...(name === '' ? {} : { username: name }),
    ...(uid === undefined || uid === '' ? {} : { uid }),
    ...(groups.length === 0 ? {} : { groups }),
    ...(extra === undefined || Object.keys(extra).length === 0 ? {} : { extra: sortedExtra(extra) }),
  };
}

function sortedExtra(extra: NonNullable<UserInfo['extra']>): Record<string, readonly string[]> {
  return Object.fromEntries(Object.entries(extra).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

const referenceFields = [
  'resource',
  'namespace',
  'name',
  'uid',
  'apiGroup',
  'apiVersion',
  'resourceVersion',
  'subresource',
] as const satisfies readonly (keyof ObjectReference)[];

function inOrder(reference: ObjectReference): ObjectReference {
  const ordered: ObjectReference = {};
  for (const field of referenceFields) {
    const value = reference[field];
    if (value !== undefined && value !== '') ordered[field] = value;
  }
  return ordered;
}

function statusJson({ status, message, reason, details, code }: RecordedStatus): Record<string, unknown> {
  return {
    metadata: {},
    ...(status === undefined ? {} : { status }),
    ...(message === undefined || message === '' ? {} : { message }),
    ...(reason === undefined ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    ...(code === undefined || code === 0 ? {} : { code }),
  };
}

/** `--audit-log-format=legacy`: one line of text (Kubernetes: `audit/format.go`). */
export function auditEventLine(event: AuditEvent): string {
  const { user, impersonatedUser, objectRef, responseStatus } = event;
  const named = user.name !== '';
  const parts: [string, string][] = [
    ['id', event.auditID],
    ['stage', event.stage],
    ['ip', event.sourceIPs[0] ?? '<unknown>'],
    ['method', event.verb],
    ['user', named ? user.name : '<none>'],
    ['groups', named && user.groups.length > 0 ? quotedList(user.groups) : '<none>'],
    ['as', impersonatedUser === undefined ? '<self>' : impersonatedUser.name],
    ['asgroups', impersonatedUser === undefined ? '<lookup>' : quotedList(impersonatedUser.groups)],
    ['user-agent', event.userAgent],
    ['namespace', objectRef?.namespace || '<none>'],
    ['uri', event.requestURI],
  ];
  const text = parts.map(([name, value]) => `${name}=${goQuote(value)}`).join(' ');
  const response = responseStatus === undefined ? '<deferred>' : String(responseStatus.code ?? 0);
  return `${withoutZeros(event.requestReceivedTimestamp)} AUDIT: ${text} response="${response}"`;
}

function quotedList(texts: readonly string[]): string {
  return texts.map((text) => goQuote(text)).join(',');
}

/** RFC3339Nano has no zeros at the end of a fraction. */
function withoutZeros(time: string): string {
  return time.replace(/\.?0*Z$/, 'Z');
}
