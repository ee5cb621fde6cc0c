import { kindInfo } from '@pg8s/k8s-proto/scheme';
import { badRequest, StatusError } from '../../server/status-error.ts';
import { parseYaml } from '../encoding/yaml.ts';
import { YamlError } from '../encoding/yaml/yaml-error.ts';
import { DecodeError } from '../object-codec.ts';
import type { ResourceScope } from '../resource-scope.ts';
import { goValue } from './go-value.ts';
import { isJsonObject, jsonTypeName, type JsonObject } from './json-value.ts';
import { typedProblems } from './typed-problems.ts';

/** Reads an apply configuration, JSON or YAML. Throws 400, and 500 for fields that the schema doesn't have. */
export function readApplied(body: Uint8Array, { apiVersion, gvk, codec }: ResourceScope): JsonObject {
  let value: unknown;
  try {
    value = parseYaml(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')).value;
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw badRequest(`error decoding YAML: error converting YAML to JSON: ${error.message}`);
  }
  if (!isJsonObject(value)) {
    throw badRequest(
      `error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonTypeName(value)} into Go value of type map[string]interface {}`,
    );
  }
  const given = typeof value['apiVersion'] === 'string' ? value['apiVersion'] : '';
  if (given !== apiVersion) {
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${given}, expected: ${apiVersion}`,
    );
  }
  if (value['kind'] !== gvk.kind) {
    throw badRequest(`invalid object type: ${given}, Kind=${goValue(value['kind'] ?? '')}`);
  }
  const metadata = isJsonObject(value['metadata']) ? value['metadata'] : {};
  if (metadata['managedFields'] !== undefined && metadata['managedFields'] !== null) {
    throw badRequest('metadata.managedFields must be nil');
  }
  const name = `${goValue(metadata['namespace'] ?? '')}/${goValue(metadata['name'] ?? '')}`;
  const type = `${gvk.group}/${gvk.version}, Kind=${gvk.kind}`;
  const untyped = (why: string) =>
    new StatusError(500, undefined, `failed to create typed patch object (${name}; ${type}): ${why}`);
  const info = kindInfo(gvk);
  const problems = info === undefined ? [] : typedProblems(info.message, value);
  if (problems.length > 0) {
    throw untyped(
      problems.length === 1 ? problems[0]! : `errors:\n${problems.map((each) => `  ${each}`).join('\n')}`,
    );
  }
  try {
    codec.decode({ value, gvk, strict: false });
  } catch (error) {
    throw error instanceof DecodeError ? untyped(error.message) : error;
  }
  return value;
}
