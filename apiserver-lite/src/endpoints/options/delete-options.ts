import { goJson } from '@pg8s/k8s-proto/go-json';
import { CodecError } from '@pg8s/k8s-proto/codec/codec-error';
import { apiVersionOf, groupVersionOf, type GroupVersionKind } from '@pg8s/k8s-proto/group-version';
import { validateDeleteOptions } from '../../registry/generic/validate-delete-options.ts';
import type { DeleteOptions, PropagationPolicy } from '../../registry/rest.ts';
import type { RequestContext } from '../../http/request-context.ts';
import { beginTurn, breathe } from '../../http/breathe.ts';
import { badRequest } from '../../api-errors/status-error.ts';
import { readBody } from '../body/read-body.ts';
import { BodyError, kindOfValue, openEnvelope, protobufProblem, readValue } from '../body/read-value.ts';
import { metaCodec } from '../../registry/resource-types/meta-codec.ts';
import { DecodeError } from '../../registry/resource-types/object-codec.ts';
import { negotiateInput } from '../negotiation/input.ts';
import { flag, integer, text } from '../../http/query.ts';

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
  const options =
    body.byteLength > 0 ? await decodeOptions(context, body) : fromQuery(context.url.searchParams);
  if (body.byteLength > 0) recordOptions(context, options);
  validateDeleteOptions(options);
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

/** As kube-apiserver records them: in the form that they have inside of it. */
function recordOptions({ audit }: RequestContext, options: DeleteOptionsBody): void {
  audit?.requestObject({}, () => {
    const { kind: _kind, apiVersion: _apiVersion, ...fields } = options;
    const given = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null);
    const typed = { kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/__internal' };
    return goJson({ ...typed, ...Object.fromEntries(given) });
  });
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
  const uid = text(query, 'uid');
  const resourceVersion = text(query, 'resourceVersion');
  return {
    dryRun: query.getAll('dryRun'),
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(orphanDependents === undefined ? {} : { orphanDependents }),
    // Given and empty is not the same as not given: it is no policy that there is.
    ...(query.has('propagationPolicy') ? { propagationPolicy: text(query, 'propagationPolicy') } : {}),
    ...(uid === '' && resourceVersion === ''
      ? {}
      : {
          preconditions: {
            ...(uid === '' ? {} : { uid }),
            ...(resourceVersion === '' ? {} : { resourceVersion }),
          },
        }),
  };
}

const optionsKind = { group: 'meta.k8s.io', version: 'v1', kind: 'DeleteOptions' } as const;

/** The body, read as bodies of other verbs are, but that it may be of any version. */
async function decodeOptions({ request }: RequestContext, body: Uint8Array): Promise<DeleteOptionsBody> {
  const mediaType = negotiateInput(request.headers['content-type']);
  beginTurn();
  try {
    if (mediaType === 'application/vnd.kubernetes.protobuf') {
      const { apiVersion, kind, raw } = openEnvelope(body);
      ensureDeleteOptions({ ...groupVersionOf(apiVersion), kind: kind === '' ? optionsKind.kind : kind });
      return metaCodec.decodeProtobuf(raw, optionsKind) as DeleteOptionsBody;
    }
    const { value } = await readValue(body, mediaType);
    await breathe();
    ensureDeleteOptions(kindOfValue(value, optionsKind));
    return metaCodec.decode({ value: value ?? {}, gvk: optionsKind, strict: false })
      .object as DeleteOptionsBody;
  } catch (error) {
    if (error instanceof CodecError) throw badRequest(protobufProblem(error));
    throw error instanceof BodyError || error instanceof DecodeError ? badRequest(error.message) : error;
  }
}

function ensureDeleteOptions(given: GroupVersionKind): void {
  if (given.kind === optionsKind.kind) return;
  throw badRequest(
    `no kind ${JSON.stringify(given.kind)} is registered for version ${JSON.stringify(apiVersionOf(given))} in scheme "pkg/runtime/scheme.go:111"`,
  );
}
