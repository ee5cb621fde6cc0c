import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { goFolder, runGo } from '../clients/build-go.ts';

/** A project, the module that its definitions are published in, and where they are in it. */
interface Source {
  project: string;
  module: string;
  folders: readonly string[];
}

const sources: readonly Source[] = [
  {
    project: 'cert-manager',
    module: 'github.com/cert-manager/cert-manager@v1.17.1',
    folders: ['deploy/crds'],
  },
  {
    project: 'prometheus-operator',
    module: 'github.com/prometheus-operator/prometheus-operator@v0.82.0',
    folders: ['example/prometheus-operator-crd'],
  },
  { project: 'Argo CD', module: 'github.com/argoproj/argo-cd/v3@v3.0.0', folders: ['manifests/crds'] },
  { project: 'Istio', module: 'istio.io/api@v1.25.0', folders: ['kubernetes'] },
  {
    project: 'Crossplane',
    module: 'github.com/crossplane/crossplane@v1.19.0',
    folders: ['cluster/crds'],
  },
  { project: 'Gateway API', module: 'sigs.k8s.io/gateway-api@v1.3.0', folders: ['config/crd/standard'] },
  { project: 'Cluster API', module: 'sigs.k8s.io/cluster-api@v1.10.0', folders: ['config/crd/bases'] },
  {
    project: 'Knative',
    module: 'knative.dev/serving@v0.45.0',
    folders: ['config/core/300-resources'],
  },
  {
    project: 'Kyverno',
    module: 'github.com/kyverno/kyverno@v1.14.0',
    folders: ['config/crds/kyverno', 'config/crds/policies.kyverno.io'],
  },
  {
    project: 'external-secrets',
    module: 'github.com/external-secrets/external-secrets@v0.16.2',
    folders: ['config/crds/bases'],
  },
];

/** What is needed of a definition to ask for its objects. */
export interface RealDefinition {
  metadata: { name: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  spec: {
    group: string;
    scope: string;
    names: { plural: string; kind: string };
    versions: { name: string; served: boolean; schema?: { openAPIV3Schema?: RealSchema } }[];
  };
}

/** As far as samples are made of it. */
export interface RealSchema {
  type?: string;
  enum?: unknown[];
  required?: string[];
  properties?: Record<string, RealSchema>;
  items?: RealSchema;
}

/** The definitions of a project. */
export interface RealProject {
  project: string;
  definitions: readonly RealDefinition[];
}

/** The definitions of well-known projects, from their Go modules; or why they are not to be had here. */
export async function realProjects(): Promise<
  { projects: readonly RealProject[]; missing?: undefined } | { missing: string }
> {
  const projects: RealProject[] = [];
  for (const { project, module, folders } of sources) {
    const downloaded = await runGo(goFolder('kubernetes'), ['mod', 'download', '-json', module]);
    if (downloaded.missing !== undefined) return { missing: `${project}: ${downloaded.missing}` };
    const { Dir } = JSON.parse(downloaded.output) as { Dir: string };
    const definitions: RealDefinition[] = [];
    for (const folder of folders) definitions.push(...(await definitionsIn(join(Dir, folder))));
    if (definitions.length === 0) throw new Error(`${module} has no definitions in ${folders.join(', ')}`);
    projects.push({ project, definitions });
  }
  return { projects };
}

async function definitionsIn(folder: string): Promise<RealDefinition[]> {
  const found: RealDefinition[] = [];
  for (const name of (await readdir(folder)).toSorted()) {
    const path = join(folder, name);
    if (!/\.ya?ml$/.test(name) || !(await stat(path)).isFile()) continue;
    for (const document of parseAllDocuments(await readFile(path, 'utf8'))) {
      const value = document.toJS() as ({ kind?: string } & RealDefinition) | null;
      if (value?.kind !== 'CustomResourceDefinition') continue;
      // What a template would fill in.
      if (/[{}]/.test(value.metadata.name)) continue;
      found.push(withoutTemplates(value));
    }
  }
  return found;
}

/** Labels and annotations may have to be filled in by Helm; they say nothing of the kind. */
function withoutTemplates(definition: RealDefinition): RealDefinition {
  const { labels: _labels, annotations, ...metadata } = definition.metadata;
  const kept = Object.entries(annotations ?? {}).filter(([, text]) => !text.includes('{{'));
  return { ...definition, metadata: { ...metadata, annotations: Object.fromEntries(kept) } };
}

/** An object with all that the schema requires, and nothing else. */
export function sampleOf(schema: RealSchema | undefined): unknown {
  if (schema === undefined) return {};
  if (schema.enum !== undefined) return schema.enum[0];
  switch (schema.type) {
    case 'string':
      return 'sample';
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return true;
    case 'array':
      return [];
    default:
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [name, sampleOf(schema.properties?.[name])]),
      );
  }
}
