import { isEnvelope, unwrapEnvelope } from '@pg8s/k8s-proto/envelope';
import { parseJson } from '@pg8s/k8s-proto/json';
import type { DeleteOptions, PropagationPolicy } from '../../registry/rest.ts';
import type { RequestContext } from '../../server/request-context.ts';
import { badRequest, invalid, type FieldError } from '../../server/status-error.ts';
import { parseYaml } from '../encoding/yaml.ts';
import { readBody } from '../body/read-body.ts';
import { kubernetesCodec } from '../kubernetes-codec.ts';
import { negotiateInput } from '../negotiation/input.ts';
import { invalidValue, unsupportedValue } from './field-errors.ts';
import { flag, integer, text } from './query.ts';
import { dryRunErrors } from './write-options.ts';

/** `meta/v1.DeleteOptions` as JSON has it. */
interface DeleteOptionsBody {
  kind?: string;
  apiVersion?: string;
  gracePeriodSeconds?: number | null;
  preconditions?: { uid?: string; resourceVersion?: string } | null;
  orphanDependents?: boolean | null;
  propagationPolicy?: string | null;
  dryRun?: readonly string[] | null;
}

/** The options of a delete: the body where there is one, else the query. Throws 400 and 422. */
export async function readDeleteOptions(context: RequestContext): Promise<DeleteOptions> {
  const body = await readBody(context);
  const options = body.byteLength > 0 ? decodeOptions(context, body) : fromQuery(context.url.searchParams);
  validate(options);
  const { gracePeriodSeconds, preconditions, propagationPolicy, orphanDependents } = options;
  return {
    dryRun: (options.dryRun ?? []).length > 0,
    ...(gracePeriodSeconds === undefined || gracePeriodSeconds === null ? {} : { gracePeriodSeconds }),
    ...(preconditions === undefined || preconditions === null
      ? {}
      : { preconditions: present(preconditions) }),
    ...(typeof propagationPolicy === 'string'
      ? { propagationPolicy: propagationPolicy as PropagationPolicy }
      : {}),
    ...(typeof orphanDependents === 'boolean' ? { orphanDependents } : {}),
  };
}

function present({ uid, resourceVersion }: { uid?: string; resourceVersion?: string }): {
  uid?: string;
  resourceVersion?: string;
} {
  return {
    ...(typeof uid === 'string' ? { uid } : {}),
    ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
  };
}

function fromQuery(query: URLSearchParams): DeleteOptionsBody {
  const gracePeriodSeconds = integer(query, 'gracePeriodSeconds');
  const orphanDependents = flag(query, 'orphanDependents');
  const propagationPolicy = text(query, 'propagationPolicy');
  return {
    dryRun: query.getAll('dryRun'),
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(orphanDependents === undefined ? {} : { orphanDependents }),
    ...(propagationPolicy === '' ? {} : { propagationPolicy }),
  };
}

function decodeOptions({ request }: RequestContext, body: Uint8Array): DeleteOptionsBody {
  const gvk = { group: 'meta.k8s.io', version: 'v1', kind: 'DeleteOptions' };
  const mediaType = negotiateInput(request.headers['content-type']);
  try {
    if (mediaType === 'application/vnd.kubernetes.protobuf') {
      if (!isEnvelope(body)) throw badRequest('provided data does not appear to be a protobuf message');
      return kubernetesCodec.decodeProtobuf(unwrapEnvelope(body).raw, gvk) as DeleteOptionsBody;
    }
    const source = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
    const value: unknown = mediaType === 'application/yaml' ? parseYaml(source).value : parseJson(source);
    const kind = kindOfBody(value);
    if (kind !== 'DeleteOptions') throw badRequest('decoded object cannot be converted to DeleteOptions');
    return kubernetesCodec.decode({ value, gvk, strict: false }).object as DeleteOptionsBody;
  } catch (error) {
    throw error instanceof Error && error.name !== 'StatusError' ? badRequest(error.message) : error;
  }
}

function kindOfBody(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as DeleteOptionsBody).kind ?? 'DeleteOptions';
}

function validate({ orphanDependents, propagationPolicy, dryRun }: DeleteOptionsBody): void {
  const errors: FieldError[] = [];
  const policy = propagationPolicy ?? undefined;
  if (policy !== undefined && typeof orphanDependents === 'boolean') {
    errors.push(
      invalidValue(
        'propagationPolicy',
        policy,
        'orphanDependents and deletionPropagation cannot be both set',
      ),
    );
  }
  if (policy !== undefined && !['Foreground', 'Background', 'Orphan'].includes(policy)) {
    errors.push(unsupportedValue('propagationPolicy', policy, ['Foreground', 'Background', 'Orphan', 'nil']));
  }
  errors.push(...dryRunErrors(dryRun ?? []));
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', errors);
}
