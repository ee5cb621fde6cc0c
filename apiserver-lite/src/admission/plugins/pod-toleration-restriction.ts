import type { V1Pod, V1Toleration } from '@pg8s/k8s-proto/generated/models';
import { StatusError } from '../../api-errors/status-error.ts';
import { isJsonObject } from '../../json/json-value.ts';
import { qualityOfService } from '../../registry/core/pod/quality-of-service.ts';
import { validateTolerations } from '../../registry/pod-template/scheduling/tolerations.ts';
import { type AdmissionAttributes, concerns } from '../attributes.ts';
import type { AdmissionPlugin, PluginDependencies } from '../plugin.ts';
import { areTolerationsWithin, mergeTolerations } from './merge-tolerations.ts';
import { namespaceAnnotations } from './namespace-annotations.ts';

const defaultsAnnotation = 'scheduler.alpha.kubernetes.io/defaultTolerations';
const whitelistAnnotation = 'scheduler.alpha.kubernetes.io/tolerationsWhitelist';

/** Of all namespaces that say nothing. */
interface Settings {
  readonly default: readonly V1Toleration[];
  readonly whitelist: readonly V1Toleration[];
}

function settingsOf(configuration: unknown): Settings {
  const given = isJsonObject(configuration) ? configuration : {};
  const list = (name: 'default' | 'whitelist'): V1Toleration[] => {
    const tolerations = (given[name] ?? []) as V1Toleration[];
    const [wrong] = validateTolerations(tolerations, `podtolerationrestriction.${name}`);
    if (wrong !== undefined) throw new Error(`invalid config: [${wrong.field}: ${wrong.message}]`);
    return tolerations;
  };
  return { default: list('default'), whitelist: list('whitelist') };
}

/** What an annotation says; undefined: nothing. What is no list is an error without a status of its own. */
function tolerationsIn(text: string | undefined): V1Toleration[] | undefined {
  if (text === undefined) return undefined;
  if (text === '') return [];
  try {
    const parsed = JSON.parse(text) as unknown;
    if (Array.isArray(parsed)) return parsed as V1Toleration[];
  } catch (error) {
    throw new StatusError(500, undefined, error instanceof Error ? error.message : String(error));
  }
  throw new StatusError(500, undefined, 'json: cannot unmarshal the annotation into a list of tolerations');
}

/**
 * Adds the default tolerations of its namespace to a Pod, and keeps it to those that the namespace may have
 * (Kubernetes: `plugin/pkg/admission/podtolerationrestriction`).
 */
export function podTolerationRestriction(
  dependencies: Pick<PluginDependencies, 'storageOf' | 'configuration'>,
): AdmissionPlugin {
  const annotationsOf = namespaceAnnotations(dependencies);
  const settings = settingsOf(dependencies.configuration?.['PodTolerationRestriction']);

  async function validate(attributes: AdmissionAttributes): Promise<void> {
    if (!concerns(attributes, '', 'pods')) return;
    const tolerations = (attributes.object as unknown as V1Pod).spec?.tolerations ?? [];
    if (tolerations.length === 0) return;
    const annotations = await annotationsOf(attributes.namespace);
    const own = tolerationsIn(annotations[whitelistAnnotation]);
    if (areTolerationsWithin(tolerations, own ?? settings.whitelist)) return;
    throw new StatusError(
      500,
      undefined,
      'pod tolerations (possibly merged with namespace default tolerations) conflict with its ' +
        `${own === undefined ? 'cluster' : 'namespace'} whitelist`,
    );
  }

  return {
    operations: ['CREATE', 'UPDATE'],
    async admit(attributes) {
      if (!concerns(attributes, '', 'pods')) return;
      const { spec } = attributes.object as unknown as V1Pod;
      if (!spec) return;
      let added: readonly V1Toleration[] = [];
      if (attributes.operation === 'CREATE') {
        const annotations = await annotationsOf(attributes.namespace);
        added = tolerationsIn(annotations[defaultsAnnotation]) ?? settings.default;
      }
      if (qualityOfService(spec) !== 'BestEffort') {
        const key = 'node.kubernetes.io/memory-pressure';
        added = [...added, { key, operator: 'Exists', effect: 'NoSchedule' }];
      }
      if (added.length > 0) spec.tolerations = mergeTolerations(spec.tolerations ?? [], added);
      await validate(attributes);
    },
    validate,
  };
}
