import { groupVersionOf } from '@pg8s/k8s-proto/group-version';
import { badRequest, StatusError } from '../../api-errors/status-error.ts';
import { breathe } from '../../http/breathe.ts';
import { ensureMapBudget, unboundedBytes } from '../body/map-budget.ts';
import { readYaml } from '../encoding/read-yaml.ts';
import type { ParsedYaml } from '../encoding/yaml.ts';
import { YamlError } from '../encoding/yaml/yaml-error.ts';
import type { ResourceScope } from '../resource-scope.ts';
import { problemText } from '../../registry/resource-types/versions.ts';
import { isJsonObject, jsonTypeName, type JsonObject } from '../../json/json-value.ts';

/** What somebody applies. */
export interface Applied {
  document: JsonObject;
  /** Keys that stand twice in one map: `line 7: key "replicas" already set in map`. */
  duplicates: readonly string[];
}

/** Reads an apply configuration, JSON or YAML. Throws 400, and 500 for what the schema does not allow. */
export async function readApplied(body: Uint8Array, { gvk, types }: ResourceScope): Promise<Applied> {
  const { value, duplicates } = await parseApplied(body);
  await breathe();
  if (!isJsonObject(value)) {
    throw badRequest(
      `error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonTypeName(value)} into Go value of type map[string]interface {}`,
    );
  }
  if (body.byteLength > unboundedBytes) ensureMapBudget(value);
  const given = kindOfDocument(value);
  if (given.group !== gvk.group || given.version !== gvk.version || given.kind !== gvk.kind) {
    throw badRequest(`invalid object type: ${printKind(given)}`);
  }
  const metadata = isJsonObject(value['metadata']) ? value['metadata'] : {};
  if (Array.isArray(metadata['managedFields'])) throw badRequest('metadata.managedFields must be nil');
  await breathe();
  const problems = types.versions.own.problems(value);
  if (problems.length > 0) {
    throw new StatusError(
      500,
      undefined,
      `failed to create typed patch object (${describeDocument(value)}): ${problemText(problems)}`,
    );
  }
  await breathe();
  return { document: value, duplicates };
}

async function parseApplied(body: Uint8Array): Promise<ParsedYaml> {
  try {
    const { value, duplicates } = await readYaml(body);
    return { value: value ?? {}, duplicates };
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw badRequest(`error decoding YAML: error converting YAML to JSON: ${error.message}`);
  }
}

interface DocumentKind {
  group: string;
  version: string;
  kind: string;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What a document says that it is; a version that is none makes it nothing at all. */
function kindOfDocument(document: JsonObject): DocumentKind {
  const apiVersion = textOf(document['apiVersion']);
  if (apiVersion.split('/').length > 2) return { group: '', version: '', kind: '' };
  return { ...groupVersionOf(apiVersion), kind: textOf(document['kind']) };
}

function printKind({ group, version, kind }: DocumentKind): string {
  return `${group}/${version}, Kind=${kind}`;
}

/** `default/web; apps/v1, Kind=Deployment` */
function describeDocument(document: JsonObject): string {
  const metadata = isJsonObject(document['metadata']) ? document['metadata'] : {};
  const name = `${textOf(metadata['namespace'])}/${textOf(metadata['name'])}`;
  return `${name}; ${printKind(kindOfDocument(document))}`;
}

/** 500 for a merged document that Go's types cannot hold; `why` is what Go's converter says. */
export function inconvertible(applied: JsonObject, why: string): StatusError {
  return new StatusError(
    500,
    undefined,
    `failed to convert new object (${describeDocument(applied)}) to proper version: ` +
      `unable to convert unstructured object to ${printKind(kindOfDocument(applied))}: ${why}`,
  );
}
