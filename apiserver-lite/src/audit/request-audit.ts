import { goJson } from '@pg8s/k8s-proto/go-json';
import { parseJson } from '@pg8s/k8s-proto/json';
import { formatMicroTime } from '@pg8s/k8s-proto/time';
import { parse as parseYaml } from 'yaml';
import { internalError, StatusError, type Status } from '../api-errors/status-error.ts';
import type { RequestContext, RequestRecord, SentObject, UserInfo } from '../http/request-context.ts';
import type { AuditEvent, ObjectReference, RecordedStatus } from './audit-event.ts';
import { auditLevels, type AuditLevel, type AuditStage } from './audit-policy.ts';
import type { AuditSink } from './audit-sink.ts';
import type { RequestAuditConfig } from './match-policy.ts';
import { sourceIps } from './source-ips.ts';
import { withoutManagedFields } from './without-managed-fields.ts';

const maxUserAgentLength = 1024;

/**
 * The record of one request while it is under way: what each stage of the chain adds to its events
 * (Kubernetes: `audit/context.go`). Until the policy is asked, annotations are kept for it.
 */
export class RequestAudit implements RequestRecord {
  readonly #sink: AuditSink;
  readonly #now: () => number;
  readonly #annotations = new Map<string, string>();
  #context: RequestContext | undefined;
  #config: RequestAuditConfig | undefined;
  #user: UserInfo = { name: '', groups: [] };
  #impersonated: UserInfo | undefined;
  #constraint: string | undefined;
  #objectRef: ObjectReference | undefined;
  #status: RecordedStatus | undefined;
  #requestObject: string | undefined;
  #responseObject: string | undefined;
  #responseStarted = false;
  /** Events of a request are recorded in the order of its stages. */
  #last: boolean | Promise<boolean> = true;

  constructor(sink: AuditSink, now: () => number) {
    this.#sink = sink;
    this.#now = now;
  }

  /** Whether the policy was asked about the request. */
  get begun(): boolean {
    return this.#config !== undefined;
  }

  /** Sets what the policy says of the request; its user is known. */
  begin(context: RequestContext, config: RequestAuditConfig): void {
    this.#config = config;
    this.#context = context;
    this.#user = context.user;
    const { isResourceRequest, resource, namespace, name, apiGroup, apiVersion, subresource } =
      context.requestInfo;
    if (isResourceRequest) {
      this.#objectRef = { resource, namespace, name, apiGroup, apiVersion, subresource };
    }
  }

  /** Whether the request is recorded at this level or above. */
  records(level: AuditLevel): boolean {
    return auditLevels.indexOf(this.#config?.level ?? 'None') >= auditLevels.indexOf(level);
  }

  /** Adds an annotation. A key that has a value already keeps it. */
  annotate(key: string, value: string): void {
    if (this.#config?.level === 'None' || this.#annotations.has(key)) return;
    this.#annotations.set(key, value);
  }

  /** The request goes on as another user; `constraint`: the mode of a constrained impersonation. */
  impersonates(user: UserInfo, constraint: string | undefined): void {
    if (!this.records('Metadata')) return;
    this.#impersonated = user;
    this.#constraint = constraint;
  }

  /** What the client sent. `json` is asked for at the level Request only, and at once. */
  requestObject(object: SentObject, json: () => string): void {
    if (!this.records('Metadata')) return;
    const reference = (this.#objectRef ??= {});
    reference.namespace ||= object.namespace ?? '';
    reference.name ||= object.name ?? '';
    reference.uid ||= object.uid ?? '';
    reference.resourceVersion ||= object.resourceVersion ?? '';
    if (!this.records('Request')) return;
    const text = json();
    this.#requestObject = this.#config?.omitManagedFields === true ? withoutManagedFields(text) : text;
  }

  /** The body of a patch, JSON or YAML. */
  requestPatch(body: Uint8Array): void {
    if (!this.records('Request')) return;
    const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
    this.#requestObject = goJson(patchValue(text));
  }

  /** The answer is a Status, or failed with it. */
  respondsStatus({ status, message, reason, details, code }: Partial<Status>): void {
    if (!this.records('Metadata')) return;
    this.#status = {
      ...(status === undefined ? {} : { status }),
      ...(message === undefined ? {} : { message }),
      ...(reason === undefined ? {} : { reason }),
      ...(details === undefined ? {} : { details }),
      ...(code === undefined ? {} : { code }),
    };
  }

  /** The answer's object, as JSON; asked for at the level RequestResponse only, and at once. */
  responseObject(json: () => string): void {
    if (!this.records('RequestResponse')) return;
    const text = json().trimEnd();
    this.#responseObject = this.#config?.omitManagedFields === true ? withoutManagedFields(text) : text;
  }

  /** The first event. False: it could not be recorded, and the request is to be refused. */
  received(): boolean | Promise<boolean> {
    return this.#record('RequestReceived');
  }

  /** The answer of a request that may take long begins. */
  responseStarted(code: number): void {
    if (this.#responseStarted) return;
    this.#responseStarted = true;
    this.#status = { ...this.#status, code };
    void this.#record('ResponseStarted');
  }

  /** Credentials are wrong: there is one event, at the beginning of the answer. */
  async refused(context: RequestContext, config: RequestAuditConfig, error: StatusError): Promise<void> {
    this.begin(context, config);
    this.respondsStatus(error.status);
    this.responseObject(() => goJson(error.status));
    this.responseStarted(error.status.code);
    this.end();
    await this.#last;
  }

  /** Nothing more is recorded. */
  end(): void {
    if (this.#config !== undefined) this.#config = { ...this.#config, level: 'None' };
  }

  /** The request is over. `isLongRunning`: there was to be an event at the beginning of the answer. */
  async completed({ response }: RequestContext, isLongRunning: boolean): Promise<void> {
    if (!this.records('Metadata')) return;
    if (response.headersSent || this.#responseStarted) {
      const code = this.#responseStarted ? (this.#status?.code ?? response.statusCode) : response.statusCode;
      this.#status = { ...this.#status, code };
    } else {
      this.#status = { status: 'Success', message: 'Connection closed early', code: 200 };
    }
    if (isLongRunning) this.responseStarted(this.#status.code ?? 200);
    await this.#record('ResponseComplete');
  }

  /** The answer was cut off by an error after it had begun. */
  async panicked(error: unknown): Promise<void> {
    const { code, status, reason } = internalError(error).status;
    const message = `APIServer panic'd: ${error instanceof Error ? error.message : String(error)}`;
    this.#status = { code, status, message, ...(reason === undefined ? {} : { reason }) };
    const recorded = this.#record('Panic');
    this.end();
    await recorded;
  }

  #record(stage: AuditStage): boolean | Promise<boolean> {
    const config = this.#config;
    if (config === undefined || config.level === 'None' || config.omitStages.includes(stage)) return true;
    const event = this.#event(stage, config.level);
    const before = this.#last;
    this.#last =
      typeof before === 'boolean'
        ? this.#sink.process([event])
        : before.then(() => this.#sink.process([event]));
    return this.#last;
  }

  #event(stage: AuditStage, level: AuditLevel): AuditEvent {
    const context = this.#context;
    if (context === undefined) throw new Error('the audit policy was not asked yet');
    const { request, requestInfo, auditId, receivedAt } = context;
    const received = microTime(receivedAt);
    return {
      level,
      auditID: auditId,
      stage,
      requestURI: request.url ?? '/',
      verb: requestInfo.verb,
      user: this.#user,
      ...(this.#impersonated === undefined ? {} : { impersonatedUser: this.#impersonated }),
      ...(this.#constraint === undefined ? {} : { impersonationConstraint: this.#constraint }),
      sourceIPs: sourceIps(request),
      userAgent: userAgentOf(context),
      ...(this.#objectRef === undefined ? {} : { objectRef: { ...this.#objectRef } }),
      ...(this.#status === undefined ? {} : { responseStatus: this.#status }),
      ...(this.#requestObject === undefined ? {} : { requestObject: this.#requestObject }),
      ...(this.#responseObject === undefined ? {} : { responseObject: this.#responseObject }),
      requestReceivedTimestamp: received,
      stageTimestamp: stage === 'RequestReceived' ? received : microTime(this.#now()),
      ...(this.#annotations.size === 0 ? {} : { annotations: new Map(this.#annotations) }),
    };
  }
}

/**
 * kube-apiserver loses the event of a patch that is not JSON; here an application in YAML is recorded as
 * JSON.
 */
function patchValue(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    try {
      return parseYaml(text, { maxAliasCount: 100 });
    } catch {
      return text;
    }
  }
}

function userAgentOf({ request }: RequestContext): string {
  const agent = request.headers['user-agent'] ?? '';
  return agent.length > maxUserAgentLength ? `${agent.slice(0, maxUserAgentLength)}...TRUNCATED` : agent;
}

function microTime(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return formatMicroTime({ seconds, nanos: Math.round((ms - seconds * 1000) * 1000) * 1000 });
}
