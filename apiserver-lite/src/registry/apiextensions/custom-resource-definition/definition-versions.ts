import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { Conversion } from '../../generic/conversion.ts';
import { isSame } from '../../generic/copy-object.ts';
import { present, type Fields } from '../../autoscaling/horizontal-pod-autoscaler/metric-spec.ts';

interface Column extends Fields {
  jsonPath?: string;
  JSONPath?: string;
}

function columnsToBeta(columns: unknown): unknown {
  return (columns as Column[] | undefined)?.map(({ jsonPath, ...column }) => ({
    ...column,
    JSONPath: jsonPath,
  }));
}

function columnsFromBeta(columns: unknown): unknown {
  return (columns as Column[] | undefined)?.map(({ JSONPath, ...column }) => ({
    ...column,
    jsonPath: JSONPath,
  }));
}

/** The fields of a version as both API versions have them, in the order of Go's. */
const versionFields = [
  'name',
  'served',
  'storage',
  'deprecated',
  'deprecationWarning',
  'schema',
  'subresources',
  'additionalPrinterColumns',
  'selectableFields',
] as const;

/** One version of the definition; an empty warning is there to be refused. */
function versionOf(version: Fields): Fields {
  const given = present(version);
  const ordered: Fields = {};
  for (const field of versionFields) {
    const value =
      field === 'deprecationWarning' && typeof version[field] === 'string' ? version[field] : given[field];
    if (value !== undefined) ordered[field] = value;
  }
  return ordered;
}

function toBeta(object: KubeObject): KubeObject {
  const spec = (object['spec'] ?? {}) as Fields;
  const versions = ((spec['versions'] ?? []) as Fields[]).map((version) =>
    versionOf({ ...version, additionalPrinterColumns: columnsToBeta(version['additionalPrinterColumns']) }),
  );
  const conversion = (spec['conversion'] ?? {}) as Fields;
  const webhook = (conversion['webhook'] ?? {}) as Fields;
  // What all versions agree on stands once, above them.
  const first = versions[0] ?? {};
  const shared = (name: string) =>
    versions.every((version) => isSame(version[name], first[name])) ? first[name] : undefined;
  const top: Fields = {
    validation: shared('schema'),
    subresources: shared('subresources'),
    additionalPrinterColumns: shared('additionalPrinterColumns'),
    selectableFields: shared('selectableFields'),
  };
  const hoisted: Readonly<Record<string, string>> = { validation: 'schema' };
  const perVersion = versions.map((version) => {
    const own = { ...version };
    for (const name of Object.keys(top)) if (top[name] !== undefined) delete own[hoisted[name] ?? name];
    return own;
  });
  return {
    ...object,
    apiVersion: 'apiextensions.k8s.io/v1beta1',
    spec: present({
      group: spec['group'],
      version: first['name'],
      names: spec['names'],
      scope: spec['scope'],
      validation: top['validation'],
      subresources: top['subresources'],
      // None is another thing than an empty list.
      versions: spec['versions'] ? perVersion : undefined,
      additionalPrinterColumns: top['additionalPrinterColumns'],
      selectableFields: top['selectableFields'],
      conversion:
        spec['conversion'] === undefined
          ? undefined
          : present({
              strategy: conversion['strategy'],
              webhookClientConfig: webhook['clientConfig'],
              conversionReviewVersions: webhook['conversionReviewVersions'],
            }),
      preserveUnknownFields: spec['preserveUnknownFields'] ?? false,
    }),
  };
}

function fromBeta(object: KubeObject): KubeObject {
  const spec = (object['spec'] ?? {}) as Fields;
  const listed = (spec['versions'] ?? []) as Fields[];
  const versions = listed.length > 0 ? listed : [{ name: spec['version'], served: true, storage: true }];
  const conversion = (spec['conversion'] ?? {}) as Fields;
  const hasWebhook =
    conversion['webhookClientConfig'] !== undefined || conversion['conversionReviewVersions'] !== undefined;
  return {
    ...object,
    apiVersion: 'apiextensions.k8s.io/v1',
    spec: present({
      group: spec['group'],
      names: spec['names'],
      scope: spec['scope'],
      versions: versions.map((version) =>
        versionOf({
          ...version,
          schema: (version as Fields)['schema'] ?? spec['validation'],
          subresources: (version as Fields)['subresources'] ?? spec['subresources'],
          selectableFields: (version as Fields)['selectableFields'] ?? spec['selectableFields'],
          additionalPrinterColumns: columnsFromBeta(
            (version as Fields)['additionalPrinterColumns'] ?? spec['additionalPrinterColumns'],
          ),
        }),
      ),
      conversion:
        spec['conversion'] === undefined
          ? undefined
          : present({
              strategy: conversion['strategy'],
              webhook: hasWebhook
                ? present({
                    clientConfig: conversion['webhookClientConfig'],
                    conversionReviewVersions: conversion['conversionReviewVersions'],
                  })
                : undefined,
            }),
      preserveUnknownFields: spec['preserveUnknownFields'] === true ? true : undefined,
    }),
  };
}

/** Between the served `apiextensions.k8s.io/v1` and the stored `v1beta1`. */
export const customResourceDefinitionConversion: Conversion = { toStored: toBeta, fromStored: fromBeta };
